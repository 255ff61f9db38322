"""App configuration."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """See DESIGN, the map."""

    name = "platform_core.jobs"
    label = "jobs"
    default_auto_field = "django.db.models.BigAutoField"
