"""REST views of plugins."""
