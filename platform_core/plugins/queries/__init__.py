"""Reading activations and the catalogue of plugins."""
