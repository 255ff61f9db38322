"""The menu: what the enabled plugins add, as data."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.api.operations import operation
from platform_core.api.views import TenonAPIView
from platform_core.members.permissions import ViewClassPermission, all_permissions
from platform_core.members.principal import Principal
from platform_core.plugins.loader import get_registry

EXAMPLE = [{"plugin": "library", "key": "loans", "title": "Loans", "path": "/library/loans/", "order": 100}]


class NavigationItemSerializer(serializers.Serializer[Any]):
    """An entry of the menu."""

    plugin = serializers.CharField(help_text="Slug of the plugin that adds it.")
    key = serializers.CharField(help_text="Its name within the plugin.")
    title = serializers.CharField(help_text="For people.")
    path = serializers.CharField(help_text="Where it leads: a path that begins with the plugin's slug.")
    order = serializers.IntegerField(help_text="Place in the menu, low first.")


class NavigationAPI(TenonAPIView):
    """What the enabled plugins add to the menu."""

    serializer_class = NavigationItemSerializer
    pagination_class = None
    permission_required = ViewClassPermission(GET=all_permissions.organization_view)

    @operation(tag="Plugins", summary="List the menu", response=NavigationItemSerializer(many=True), example=EXAMPLE)
    def get(self, request: Request) -> Response:  # noqa: ARG002
        """Return the entries that the member has the permission for, in order."""
        return Response(items_for(self.principal))


def items_for(principal: Principal) -> list[dict[str, Any]]:
    """Return the entries of the menu that a member sees; of equal places the plugin's slug decides."""
    found = [
        {
            "plugin": (slug := name.partition(".")[0]),
            "key": item.key,
            "title": item.title,
            "path": f"/{slug}/{item.path}",
            "order": item.order,
        }
        for name, item in get_registry().navigation(principal.enabled_plugins).items()
        if principal.can(item.permission)
    ]
    return sorted(found, key=lambda entry: (entry["order"], entry["plugin"], entry["key"]))
