"""The plugin's own routes, found in its registrations, and how each is called."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.urls import reverse

from platform_core.members.permissions import declared_permission
from platform_core.plugins.loader import LoadedPlugin

METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method of one route.

    Attributes:
        name: `slug:name`, as the URL is reversed.
        template: path with its parameters, as in `/api/orders/<int:pk>/`.
        view: the view class.
        parameters: names of path parameters.
    """

    name: str
    method: str
    template: str
    view: type
    parameters: tuple[str, ...]

    @property
    def key(self) -> tuple[str, str]:
        """Return what tables of bodies and queries are keyed by."""
        return (self.name, self.method)

    @property
    def permission(self) -> str | None:
        """Return the permission that the view asks for."""
        return declared_permission(self.view, self.method)

    def path(self, **arguments: Any) -> str:
        """Return the path with these arguments."""
        return reverse(self.name, urlconf=settings.ROOT_URLCONF, kwargs=arguments)

    def __str__(self) -> str:
        return f"{self.method} {self.template}"


def operations_of(plugin: LoadedPlugin) -> list[Operation]:
    """Return every (route, method) of a plugin: reads first, deletions last."""
    return sorted(_found(plugin), key=lambda item: (METHODS.index(item.method), item.template))


def _found(plugin: LoadedPlugin) -> Iterator[Operation]:
    for prefix, patterns in plugin.patterns.items():
        for pattern in patterns:
            callback: Any = pattern.callback
            view = getattr(callback, "cls", None) or getattr(callback, "view_class", None)
            for method in METHODS:
                if view is not None and hasattr(view, method.lower()):
                    yield Operation(
                        name=f"{plugin.slug}:{pattern.name}",
                        method=method,
                        template=f"/api/{prefix}/{pattern.pattern}",
                        view=view,
                        parameters=tuple(pattern.pattern.converters),
                    )
