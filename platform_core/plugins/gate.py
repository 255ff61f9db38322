"""Off means absent: a route of a plugin that is not enabled here does not exist."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase

from platform_core.members.authentication import look_up_early
from platform_core.plugins.acting import act_from_now_on_as, acting_as
from platform_core.plugins.loader import get_registry
from platform_core.plugins.queries.enabled import enabled_plugins, knows_enabled_plugins
from tenants.scope import current_organization_or_none


class PluginGateMiddleware:
    """Answers 404 for routes of plugins that are off, before anybody looks at the credential."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Serve the request; whom it acts for is forgotten at its end."""
        with acting_as(""):
            return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., Any],  # noqa: ARG002  (Django's signature)
        args: tuple[Any, ...],  # noqa: ARG002
        kwargs: dict[str, Any],  # noqa: ARG002
    ) -> None:
        """Refuse a plugin's view where the plugin is off; ascribe to the plugin what its view does.

        Raises:
            Http404: as for a path that no route matches.
        """
        match = request.resolver_match
        slug = match.namespaces[0] if match is not None and match.namespaces else None
        if slug is None:
            return
        if (
            slug not in get_registry().plugins
            or current_organization_or_none() is None
            or slug not in _enabled_for(request)
        ):
            raise Http404
        act_from_now_on_as(slug)


def _enabled_for(request: HttpRequest) -> frozenset[str]:
    if not knows_enabled_plugins():
        look_up_early(request)
    return enabled_plugins()
