"""A tiny text classifier: an example of a model as a Tenon plugin."""
