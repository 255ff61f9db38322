"""OpenAPI as each organization sees it: only what is enabled there, cached by fingerprint, with an ETag."""

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, include, path
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import force_instance
from drf_spectacular.settings import spectacular_settings

from platform_core.api.json import dumps
from platform_core.api.links import add_links
from platform_core.events.actions import declared_actions
from platform_core.events.catalogue import CORE_EVENTS
from platform_core.members.permissions import PUBLIC, declared_permission
from platform_core.plugins.contributions import tag_registry
from platform_core.plugins.loader import PluginRegistry, get_registry
from platform_core.projects.label_config.components import RESULT_ITEM, result_components
from platform_core.version import VERSION

METHODS = ("get", "post", "put", "patch", "delete")


class TenonAutoSchema(AutoSchema):
    """Says of each operation which permission it asks for and which plugin it belongs to."""

    def get_operation_id(self) -> str:
        """Return a name made of method and route name: stable when a path changes its wording."""
        match = getattr(self.view, "tenon_route_name", None)
        name = match or re.sub(r"(?<!^)(?=[A-Z])", "_", type(self.view).__name__.removesuffix("API")).lower()
        plugin = self._plugin()
        return f"{plugin + '_' if plugin else ''}{name}_{self.method.lower()}"

    def get_operation(self, *args: Any, **kwargs: Any) -> Any:
        """Describe one operation."""
        operation = super().get_operation(*args, **kwargs)
        if operation is None:
            return None
        permission = declared_permission(self.view, self.method)
        if permission == PUBLIC:
            operation["security"] = [{}]
        elif permission is not None:
            operation["x-permission"] = permission
        operation["x-plugin"] = self._plugin() or "core"
        actions = declared_actions(self.view, self.method)
        if actions:
            operation["x-actions"] = sorted(actions)
        return operation

    def _map_basic_serializer(self, serializer: Any, direction: Any) -> Any:
        """Require of an answer what it always has: not a field that is declared with `required=False`."""
        serializer = force_instance(serializer)  # type: ignore[no-untyped-call]
        schema = super()._map_basic_serializer(serializer, direction)  # type: ignore[no-untyped-call]
        optional = {field.field_name for field in serializer.fields.values() if is_optional(field)}
        if optional & set(schema.get("required", ())):
            schema["required"] = [name for name in schema["required"] if name not in optional]
            if not schema["required"]:
                del schema["required"]
        return schema

    def _plugin(self) -> str | None:
        package = type(self.view).__module__.split(".", 1)[0]
        for plugin in get_registry().plugins.values():
            if plugin.package == package:
                return plugin.slug
        return None


def is_optional(field: Any) -> bool:
    """Say whether a field is declared to be absent at times; DRF itself forgets it of a field that is only read."""
    return field._kwargs.get("required") is False  # noqa: SLF001  (where DRF keeps the arguments)


def simplified_nulls(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Say "anything" where drf-spectacular says "anything, or null but not both", which no null satisfies."""
    pending: list[Any] = [result]
    while pending:
        part = pending.pop()
        if isinstance(part, dict):
            if part.get("oneOf") == [{}, {"type": "null"}]:
                del part["oneOf"]
            pending.extend(part.values())
        elif isinstance(part, list):
            pending.extend(part)
    return result


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """`Authorization: Token <key>`."""

    target_class = "platform_core.members.authentication.ApiKeyAuthentication"
    name = "ApiKey"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:  # noqa: ARG002
        """Describe the scheme."""
        return {"type": "apiKey", "in": "header", "name": "Authorization", "description": "`Token <api key>`"}


class AccessTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """`Authorization: Bearer <access token>`."""

    target_class = "platform_core.members.authentication.AccessTokenAuthentication"
    name = "AccessToken"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:  # noqa: ARG002
        """Describe the scheme."""
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Browser session."""

    target_class = "platform_core.members.authentication.SessionAuthentication"
    name = "Session"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:  # noqa: ARG002
        """Describe the scheme."""
        return {"type": "apiKey", "in": "cookie", "name": "tenon_session"}


class AccountSessionScheme(SessionScheme):  # type: ignore[no-untyped-call]
    """Browser session of the public host."""

    target_class = "platform_core.accounts.api.authentication.AccountSessionAuthentication"


class SameSiteScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """No credential: refuses browsers of other sites only."""

    target_class = "platform_core.accounts.api.authentication.SameSiteOnly"
    name: list[str] = []

    def get_security_requirement(self, auto_schema: AutoSchema) -> list[dict[str, list[Any]]]:  # noqa: ARG002
        """Ask for nothing."""
        return []

    def get_security_definition(self, auto_schema: AutoSchema) -> list[dict[str, Any]]:  # noqa: ARG002
        """Define nothing."""
        return []


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """An OpenAPI document, serialized, with its ETag."""

    content: bytes
    etag: str


def document_for(urlconf: str, enabled: frozenset[str]) -> Document:
    """Return the document of a host's routes with those of the enabled plugins and of no other.

    Organizations with the same plugins share an entry: nothing of an organization is in it.
    """
    registry = get_registry()
    return _document(urlconf, registry, frozenset(slug for slug in enabled if slug in registry.plugins))


@lru_cache(maxsize=32)
def _document(urlconf: str, registry: PluginRegistry, enabled: frozenset[str]) -> Document:
    versions = {slug: registry.plugins[slug].manifest.version for slug in sorted(enabled)}
    generator: Any = SchemaGenerator(  # type: ignore[no-untyped-call]
        patterns=[*core_patterns(urlconf), *plugin_patterns(registry, enabled)]
    )
    schema = generator.get_schema(request=None, public=True)
    schema["info"] = {
        "title": "Tenon",
        "version": VERSION,
        "description": "The API of this organization: the core, and the plugins that are enabled here.",
        "x-plugins": versions,
    }
    _add_result_schemas(schema, enabled)
    add_links(schema)
    types = {**CORE_EVENTS, **registry.event_types(enabled)}
    for part in registry.document_parts(enabled):
        schema.setdefault(part.key, part.build(types))
    content = dumps(schema)
    return Document(content=content, etag=f'"{hashlib.sha256(content).hexdigest()[:32]}"')


def _add_result_schemas(schema: dict[str, Any], enabled: frozenset[str]) -> None:
    """Describe results by the label-config tags that are known here, where a body of the document holds any."""
    if RESULT_ITEM.encode() in dumps(schema["paths"]) + dumps(schema.get("components", {})):
        loose = not str(spectacular_settings.OAS_VERSION).startswith("3.1")
        added = result_components(tag_registry(enabled), loose_types=loose)
        schema["components"]["schemas"].update(added)


def core_patterns(urlconf: str) -> list[URLPattern | URLResolver]:
    """Return the routes of a host that belong to no plugin."""
    return [pattern for pattern in _flat(get_resolver(urlconf).url_patterns) if not _is_plugins(pattern)]


def plugin_patterns(registry: PluginRegistry, enabled: frozenset[str]) -> list[URLPattern | URLResolver]:
    """Return the routes of the enabled plugins."""
    resolvers = [resolver for resolver in registry.url_resolvers() if resolver.namespace in enabled]
    return [path("api/", include(resolvers))] if resolvers else []


def _flat(patterns: list[URLPattern | URLResolver]) -> list[URLPattern | URLResolver]:
    """Open includes that have no path of their own, so that each route can be told apart."""
    flat: list[URLPattern | URLResolver] = []
    for pattern in patterns:
        if isinstance(pattern, URLResolver) and str(pattern.pattern) == "":
            flat.extend(_flat(pattern.url_patterns))
        else:
            flat.append(pattern)
    return flat


def _is_plugins(pattern: URLPattern | URLResolver) -> bool:
    """Say whether this is the include below which plugins hang: the only include with a path."""
    return isinstance(pattern, URLResolver)
