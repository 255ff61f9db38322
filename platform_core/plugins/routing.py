"""From a plugin's `RouteSpec`s to Django URL patterns below its own prefixes."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.urls import URLPattern, URLResolver, include, path
from django.utils.module_loading import import_string

from platform_core.plugins.errors import PluginRejectedError
from platform_core.plugins.manifest import Manifest
from platform_core.plugins.registrations import RouteSpec

NAME_PATTERN = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


def resolve_view(route: RouteSpec) -> Callable[..., Any]:
    """Return the view function of a route.

    Raises:
        PluginRejectedError: the dotted path leads nowhere, or to something without `as_view`.
    """
    view = route.view
    if isinstance(view, str):
        try:
            view = import_string(view)
        except ImportError as error:
            raise PluginRejectedError(
                f"route {route.name!r}: view {route.view!r} cannot be imported ({error})"
            ) from error
    as_view = getattr(view, "as_view", None)
    if not callable(as_view):
        raise PluginRejectedError(f"route {route.name!r}: {route.view!r} is no view class")
    function: Callable[..., Any] = as_view()
    return function


def prefix_patterns(manifest: Manifest, routes: Iterable[RouteSpec]) -> dict[str, list[URLPattern]]:
    """Return the plugin's patterns by prefix, relative to that prefix.

    Raises:
        PluginRejectedError: a route has a wrong path, name, prefix or view, or a name is given twice.
    """
    patterns: dict[str, list[URLPattern]] = defaultdict(list)
    names: set[str] = set()
    for route in routes:
        _check_route(manifest, route, names)
        names.add(route.name)
        try:
            pattern = path(route.path, resolve_view(route), name=route.name)
        except ImproperlyConfigured as error:
            raise PluginRejectedError(f"route {route.name!r}: path {route.path!r} is malformed ({error})") from error
        patterns[route.prefix or manifest.api_prefixes[0]].append(pattern)
    return dict(patterns)


def _check_route(manifest: Manifest, route: RouteSpec, names: set[str]) -> None:
    if not NAME_PATTERN.fullmatch(route.name):
        raise PluginRejectedError(f"route {route.name!r}: write the name in kebab-case")
    if route.name in names:
        raise PluginRejectedError(f"route {route.name!r}: the name is given twice")
    if route.path.startswith("/") or (route.path and not route.path.endswith("/")):
        raise PluginRejectedError(f"route {route.name!r}: path {route.path!r} must be relative and end with a slash")
    if not manifest.api_prefixes:
        raise PluginRejectedError(f"route {route.name!r}: the manifest lists no api_prefixes")
    if route.prefix is not None and route.prefix not in manifest.api_prefixes:
        raise PluginRejectedError(
            f"route {route.name!r}: prefix {route.prefix!r} is not among the manifest's api_prefixes"
        )


def mount(slug: str, patterns: dict[str, list[URLPattern]]) -> Sequence[URLResolver]:
    """Return resolvers for inclusion below `api/`; URL names become `slug:name`.

    The namespace of the match tells the gate which plugin a request is for.
    """
    return [path(f"{prefix}/", include((items, slug), namespace=slug)) for prefix, items in patterns.items()]
