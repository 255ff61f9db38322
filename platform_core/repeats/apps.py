"""App configuration."""

from django.apps import AppConfig


class RepeatsConfig(AppConfig):
    """See DESIGN, the way of the data: `Idempotency-Key`."""

    name = "platform_core.repeats"
    label = "repeats"
    default_auto_field = "django.db.models.BigAutoField"
