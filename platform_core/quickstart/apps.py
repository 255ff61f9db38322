"""App configuration."""

from django.apps import AppConfig


class QuickstartConfig(AppConfig):
    """Only so that Django finds the command `tenon_demo`; no models."""

    name = "platform_core.quickstart"
    label = "quickstart"
