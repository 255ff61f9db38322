"""The shared app that knows organizations and owns their schemas."""

from django.apps import AppConfig


class TenantsConfig(AppConfig):
    """Organizations, domains, fleet state; provisioning, migration engine."""

    name = "tenants"
    default_auto_field = "django.db.models.BigAutoField"
