"""App configuration."""

from django.apps import AppConfig


class ProjectsConfig(AppConfig):
    """See DESIGN, the map."""

    name = "platform_core.projects"
    label = "projects"
    default_auto_field = "django.db.models.BigAutoField"
