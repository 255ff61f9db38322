"""Boxes of objects: an example of a storage backend as a Tenon plugin."""
