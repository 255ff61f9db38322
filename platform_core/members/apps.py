"""App configuration."""

from django.apps import AppConfig


class MembersConfig(AppConfig):
    """See DESIGN, the map."""

    name = "platform_core.members"
    label = "members"
    default_auto_field = "django.db.models.BigAutoField"
