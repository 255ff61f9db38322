"""A board of pinned notes: an example of a Tenon plugin that builds on another one, `quality`."""
