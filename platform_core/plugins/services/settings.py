"""Settings of a plugin here: checked against the schema it ships, a new row with each change; secrets sealed apart."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import orjson
from django.db import transaction
from jsonschema import Draft202012Validator, ValidationError

from platform_core.api.errors import NotFoundError, ValidationFailedError
from platform_core.events.services import emit_event, record_audit
from platform_core.members.principal import Principal
from platform_core.plugins import secret_settings
from platform_core.plugins.models import PluginSettings
from platform_core.plugins.services.installed import loaded_plugin
from platform_core.sealing import SealedText, SealedTextError, seal, unseal

MAX_SHOWN = 20
# Rules whose messages tell names alone, never a value.
HARMLESS_RULES = frozenset({"additionalProperties", "dependentRequired", "required"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsState:
    """Settings with their version (0: nothing was saved, the schema's defaults count) and schema.

    Attributes:
        values: without the secret ones, which are never read back.
        secrets: paths of the secrets that are set, such as `smtp/password`.
    """

    version: int
    values: dict[str, Any]
    secrets: tuple[str, ...]
    schema: dict[str, Any]


def plugin_settings(slug: str) -> SettingsState:
    """Return the settings of a plugin here; top-level defaults of the schema fill what is not set.

    Raises:
        NotFoundError: the plugin is not installed or has no settings.
    """
    schema, row = _schema_of(slug), _latest(slug)
    values = {**_defaults(schema), **(row.values if row is not None else {})}
    return SettingsState(
        version=row.version if row is not None else 0,
        values=values,
        secrets=tuple(sorted(row.sealed)) if row is not None else (),
        schema=schema,
    )


def plugin_secret(slug: str, path: str) -> Any:
    """Return a secret setting of a plugin here, or None when it is not set.

    Args:
        path: names joined by `/`, such as `smtp/password`.

    Raises:
        NotFoundError: the plugin has no such secret setting.
        SealedTextError: its key is no longer configured.
    """
    if tuple(path.split("/")) not in secret_settings.secret_paths(_schema_of(slug)):
        raise NotFoundError(f'Plugin "{slug}" has no secret setting "{path}".')
    row = _latest(slug)
    return _open(slug, row.sealed, [path])[path] if row is not None and path in row.sealed else None


@transaction.atomic
def change_settings(*, slug: str, values: dict[str, Any], actor: Principal) -> SettingsState:
    """Replace the settings of a plugin here. A secret that is not given stays; one given as null goes.

    Raises:
        NotFoundError: the plugin is not installed or has no settings.
        ValidationFailedError: a value breaks the schema; the errors name the path, and never show a secret.
    """
    schema = _schema_of(slug)
    paths = secret_settings.secret_paths(schema)
    latest = PluginSettings.objects.select_for_update().filter(slug=slug).order_by("-version").first()
    shown, given = secret_settings.take_out(values, paths)
    sealed = dict(latest.sealed) if latest is not None else {}
    changed = {"/".join(path): secret for path, secret in given.items()}
    kept = {path: token for path, token in sealed.items() if path not in changed and tuple(path.split("/")) in paths}
    set_now = {path: secret for path, secret in changed.items() if secret is not None}
    everything = {tuple(path.split("/")): secret for path, secret in {**_open_kept(slug, kept), **set_now}.items()}
    _check(schema, secret_settings.put_in(shown, everything), paths)
    version = latest.version + 1 if latest is not None else 1
    tokens = {**kept, **{path: _seal(slug, path, secret) for path, secret in set_now.items()}}
    PluginSettings.objects.create(slug=slug, version=version, values=shown, sealed=tokens, changed_by_id=actor.id)
    if latest is not None:
        # A former secret is worth as much as the present one, and nobody reads former settings back.
        PluginSettings.objects.filter(slug=slug, version__lt=version).exclude(sealed={}).update(sealed={})
    facts: dict[str, Any] = {"version": version, "keys": sorted(values)}
    if changed:
        facts["secrets"] = sorted(changed)
    record_audit(actor=actor, action="plugin.settings_changed", target_type="plugin", target_id=slug, data=facts)
    emit_event(type="plugin.settings_changed", payload={"plugin": slug, **facts})
    return plugin_settings(slug)


def settings_place(slug: str, path: str) -> str:
    """Return the place that a secret setting is sealed for: the same in every version."""
    return f"plugins.settings:{slug}:{path}"


def _seal(slug: str, path: str, secret: Any) -> str:
    return seal(orjson.dumps(secret).decode(), place=settings_place(slug, path)).token


def _open(slug: str, tokens: dict[str, str], paths: Iterable[str]) -> dict[str, Any]:
    places = {path: settings_place(slug, path) for path in paths}
    return {path: orjson.loads(unseal(SealedText(tokens[path]), place=place)) for path, place in places.items()}


def _open_kept(slug: str, tokens: dict[str, str]) -> dict[str, Any]:
    opened: dict[str, Any] = {}
    for path in tokens:
        try:
            opened.update(_open(slug, tokens, [path]))
        except SealedTextError as error:
            message = "The kept secret cannot be decrypted any more: send it again, or null."
            raise ValidationFailedError(validation_errors={path: [message]}) from error
    return opened


def _check(schema: dict[str, Any], values: dict[str, Any], paths: tuple[secret_settings.Path, ...]) -> None:
    errors = sorted(
        Draft202012Validator(schema).iter_errors(values), key=lambda error: list(map(str, error.absolute_path))
    )
    found: dict[str, list[str]] = {}
    for error in errors[:MAX_SHOWN]:
        found.setdefault("/".join(map(str, error.absolute_path)) or "values", []).append(_message(error, paths))
    if found:
        raise ValidationFailedError(validation_errors=found)


def _message(error: ValidationError, paths: tuple[secret_settings.Path, ...]) -> str:
    """Return the validator's words, unless the value they quote is a secret, in one, or holds one."""
    at = tuple(map(str, error.absolute_path))
    touches = any(at[: len(path)] == path or path[: len(at)] == at for path in paths)
    hidden = touches and error.validator not in HARMLESS_RULES
    return f'Breaks the rule "{error.validator}".' if hidden else error.message


def _latest(slug: str) -> PluginSettings | None:
    return PluginSettings.objects.filter(slug=slug).order_by("-version").first()


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
