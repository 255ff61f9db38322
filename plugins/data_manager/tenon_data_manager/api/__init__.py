"""Endpoints of the plugin."""
