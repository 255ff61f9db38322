"""Settings of a plugin here: checked against the schema it ships, a new row with each change."""

from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import orjson
from django.db import transaction
from jsonschema import Draft202012Validator

from platform_core.api.errors import NotFoundError, ValidationFailedError
from platform_core.events.services import emit_event, record_audit
from platform_core.members.principal import Principal
from platform_core.plugins.models import PluginSettings
from platform_core.plugins.services.plans import loaded_plugin

MAX_SHOWN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsState:
    """Settings with their version (0: nothing was saved, the schema's defaults count) and schema."""

    version: int
    values: dict[str, Any]
    schema: dict[str, Any]


def plugin_settings(slug: str) -> SettingsState:
    """Return the settings of a plugin here; top-level defaults of the schema fill what is not set.

    Raises:
        NotFoundError: the plugin is not installed or has no settings.
    """
    schema = _schema_of(slug)
    row = PluginSettings.objects.filter(slug=slug).order_by("-version").first()
    values = {**_defaults(schema), **(row.values if row is not None else {})}
    return SettingsState(version=row.version if row is not None else 0, values=values, schema=schema)


@transaction.atomic
def change_settings(*, slug: str, values: dict[str, Any], actor: Principal) -> SettingsState:
    """Replace the settings of a plugin here.

    Raises:
        NotFoundError: the plugin is not installed or has no settings.
        ValidationFailedError: a value breaks the schema; the errors name the path.
    """
    schema = _schema_of(slug)
    errors = sorted(
        Draft202012Validator(schema).iter_errors(values), key=lambda error: list(map(str, error.absolute_path))
    )
    if errors:
        found: dict[str, list[str]] = {}
        for error in errors[:MAX_SHOWN]:
            found.setdefault("/".join(map(str, error.absolute_path)) or "values", []).append(error.message)
        raise ValidationFailedError(validation_errors=found)
    latest = PluginSettings.objects.select_for_update().filter(slug=slug).order_by("-version").first()
    version = latest.version + 1 if latest is not None else 1
    PluginSettings.objects.create(slug=slug, version=version, values=values, changed_by_id=actor.id)
    facts = {"version": version, "keys": sorted(values)}
    record_audit(actor=actor, action="plugin.settings_changed", target_type="plugin", target_id=slug, data=facts)
    emit_event(type="plugin.settings_changed", payload={"plugin": slug, **facts})
    return plugin_settings(slug)


def _schema_of(slug: str) -> dict[str, Any]:
    manifest, package = loaded_plugin(slug).manifest, loaded_plugin(slug).package
    if manifest.settings_schema is None:
        raise NotFoundError(f'Plugin "{slug}" has no settings.')
    return _read_schema(package, manifest.settings_schema, manifest.version)


@lru_cache(maxsize=256)
def _read_schema(package: str, name: str, version: str) -> dict[str, Any]:  # noqa: ARG001  (the version keys the cache)
    spec = find_spec(package)
    assert spec is not None, "a loaded plugin has a package"
    assert spec.origin is not None
    schema: dict[str, Any] = orjson.loads((Path(spec.origin).parent / name).read_bytes())
    return schema


def _defaults(schema: dict[str, Any]) -> dict[str, Any]:
    properties = schema.get("properties", {})
    return {name: item["default"] for name, item in properties.items() if isinstance(item, dict) and "default" in item}
