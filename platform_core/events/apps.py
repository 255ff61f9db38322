"""App configuration."""

from django.apps import AppConfig


class EventsConfig(AppConfig):
    """See DESIGN, the map."""

    name = "platform_core.events"
    label = "events"
    default_auto_field = "django.db.models.BigAutoField"
