"""Rules that are read off the source; nothing of the plugin is imported."""
