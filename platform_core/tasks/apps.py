"""App configuration."""

from django.apps import AppConfig


class TasksConfig(AppConfig):
    """See DESIGN, the map."""

    name = "platform_core.tasks"
    label = "tasks"
    default_auto_field = "django.db.models.BigAutoField"
