"""Jobs of the plugin, where workers look for them."""

from tenon_webhooks.services.schedule import send_delivery

__all__ = ["send_delivery"]
