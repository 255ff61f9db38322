"""Rules that are tried: the plugin runs, in a process of its own, against three organizations."""
