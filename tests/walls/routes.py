"""Every route of the platform, found in the URLconfs, never written down: a new route is walked from its first day."""

from dataclasses import dataclass

from django.urls import URLPattern, get_resolver, reverse

from platform_core.members.permissions import declared_permission

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
TENANT = "platform_core.urls.tenant"
PUBLIC_HOST = "platform_core.urls.public"


@dataclass(frozen=True)
class Route:
    """One pattern of one host."""

    urlconf: str
    name: str  # with its namespace, which is the plugin's slug
    template: str
    view: type
    parameters: tuple[str, ...]

    @property
    def plugin(self):
        return self.name.partition(":")[0] if ":" in self.name else None

    @property
    def methods(self):
        return [method for method in METHODS if hasattr(self.view, method.lower())]

    def path(self, **arguments):
        return reverse(self.name, urlconf=self.urlconf, kwargs=arguments)


@dataclass(frozen=True)
class Operation:
    """One method of one route."""

    route: Route
    method: str

    @property
    def key(self):
        return (self.route.name, self.method)

    @property
    def permission(self):
        return declared_permission(self.route.view, self.method)

    def __str__(self):
        return f"{self.method} {self.route.template}"


def routes(urlconf=TENANT):
    """Return every route of a host, those of all installed plugins included."""
    return list(_walk(get_resolver(urlconf).url_patterns, urlconf, "/", ""))


def operations(urlconf=TENANT):
    """Return every (route, method) of a host."""
    return [Operation(route, method) for route in routes(urlconf) for method in route.methods]


def _walk(patterns, urlconf, prefix, namespace):
    for pattern in patterns:
        template = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            view = getattr(pattern.callback, "cls", None) or getattr(pattern.callback, "view_class", None)
            yield Route(urlconf, f"{namespace}{pattern.name}", template, view, tuple(pattern.pattern.converters))
        else:
            inner = f"{pattern.namespace}:" if pattern.namespace else namespace
            yield from _walk(pattern.url_patterns, urlconf, template, inner)
