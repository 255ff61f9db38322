"""Writes of the plugin: settings of webhooks, deliveries, attempts."""
