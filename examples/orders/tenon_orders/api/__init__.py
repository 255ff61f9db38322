"""REST endpoints of the plugin."""
