"""Settings of a plugin here: checked against the schema it ships, a new row with each change; secrets sealed apart."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import orjson
from django.db import transaction
from django.db.models import Q
from jsonschema import Draft202012Validator, ValidationError

from platform_core.api.errors import NotFoundError, ValidationFailedError
from platform_core.events.services import emit_event, record_audit
from platform_core.members.principal import Principal
from platform_core.plugins import secret_settings
from platform_core.plugins.facade import HookFacade
from platform_core.plugins.models import PluginSettings
from platform_core.plugins.services.installed import loaded_plugin
from platform_core.plugins.types import Issue
from platform_core.projects.models import Project
from platform_core.sealing import SealedText, SealedTextError, seal, unseal
from tenants.scope import current_organization

MAX_SHOWN = 20
MAX_BYTES = 256 * 1024
"""Settings are read with every use; what is bigger belongs into a table or a file."""
# Rules whose messages tell names alone, never a value.
HARMLESS_RULES = frozenset({"additionalProperties", "dependentRequired", "required"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsState:
    """Settings with their version (0: nothing was saved, the schema's defaults count) and schema.

    Attributes:
        values: without the secret ones, which are never read back.
        secrets: paths of the secrets that are set, such as `smtp/password`.
        project: whose own settings these are; None for the organization's, which count where a project sets nothing.
        effective: what counts: the schema's defaults, then the organization's, then the project's.
    """

    version: int
    values: dict[str, Any]
    secrets: tuple[str, ...]
    schema: dict[str, Any]
    project: int | None = None
    effective: dict[str, Any] = field(default_factory=dict)


def plugin_settings(slug: str, *, project_id: int | None = None) -> SettingsState:
    """Return the settings of a plugin here; top-level defaults of the schema fill what is not set.

    Args:
        project_id: return what this project sets otherwise, key by key of the top level.

    Raises:
        NotFoundError: the plugin is not installed or has no settings, or there is no such project.
    """
    schema = _schema_of(slug)
    if project_id is not None:
        _refuse_unknown_project(project_id)
    rows = _latest_rows(slug, project_id)
    row, own = rows.get(None), rows.get(project_id)
    values = {**_defaults(schema), **(row.values if row is not None else {})}
    own_values = own.values if own is not None else {}
    return SettingsState(
        version=own.version if own is not None else 0,
        values=values if project_id is None else own_values,
        secrets=tuple(sorted(row.sealed)) if row is not None else (),
        schema=schema,
        project=project_id,
        effective={**values, **own_values},
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
    _refuse_too_large(values)
    paths = secret_settings.secret_paths(schema)
    latest = _latest(slug, for_update=True)
    shown, given = secret_settings.take_out(values, paths)
    sealed = dict(latest.sealed) if latest is not None else {}
    changed = {"/".join(path): secret for path, secret in given.items()}
    kept = {path: token for path, token in sealed.items() if path not in changed and tuple(path.split("/")) in paths}
    set_now = {path: secret for path, secret in changed.items() if secret is not None}
    everything = {tuple(path.split("/")): secret for path, secret in {**_open_kept(slug, kept), **set_now}.items()}
    _check(schema, secret_settings.put_in(shown, everything), paths)
    version = latest.version + 1 if latest is not None else 1
    tokens = {**kept, **{path: _seal(slug, path, secret) for path, secret in set_now.items()}}
    PluginSettings.objects.create(
        slug=slug,
        version=version,
        values=shown,
        sealed=tokens,
        secret_changes=_secret_changes(set(sealed), changed),
        changed_by_id=actor.id,
    )
    if latest is not None:
        # A former secret is worth as much as the present one, and nobody reads former settings back.
        former = PluginSettings.objects.filter(slug=slug, project=None, version__lt=version)
        former.exclude(sealed={}).update(sealed={})
    facts: dict[str, Any] = {"version": version, "keys": sorted(values)}
    if changed:
        facts["secrets"] = sorted(changed)
    record_audit(actor=actor, action="plugin.settings_changed", target_type="plugin", target_id=slug, data=facts)
    emit_event(type="plugin.settings_changed", payload={"plugin": slug, **facts})
    return plugin_settings(slug)


def _secret_changes(before: set[str], changed: dict[str, Any]) -> dict[str, str]:
    """Return path -> set, replaced or removed; that something was sent again tells nothing of what."""
    gone = {path: "removed" for path, secret in changed.items() if secret is None and path in before}
    new = {path: "replaced" if path in before else "set" for path, secret in changed.items() if secret is not None}
    return {**gone, **new}


@transaction.atomic
def change_project_settings(*, slug: str, project_id: int, values: dict[str, Any], actor: Principal) -> SettingsState:
    """Replace what one project sets otherwise; no values at all means that it follows the organization again.

    Raises:
        NotFoundError: the plugin has no settings, or there is no such project.
        ValidationFailedError: with them the settings break the schema, or one of them is a secret.
    """
    state = plugin_settings(slug, project_id=project_id)
    _refuse_too_large(values)
    paths = secret_settings.secret_paths(state.schema)
    _shown, given = secret_settings.take_out(values, paths)
    if given:
        text = "A secret is set for the whole organization, not for one project."
        raise ValidationFailedError(validation_errors={"/".join(path): [text] for path in given})
    organization = _latest(slug)
    inherited = {**_defaults(state.schema), **(organization.values if organization is not None else {})}
    sealed = organization.sealed if organization is not None else {}
    secrets = {tuple(path.split("/")): secret for path, secret in _open_kept(slug, sealed).items()}
    _check(state.schema, secret_settings.put_in({**inherited, **values}, secrets), paths)
    latest = _latest(slug, project_id, for_update=True)
    version = latest.version + 1 if latest is not None else 1
    PluginSettings.objects.create(
        slug=slug, project_id=project_id, version=version, values=values, changed_by_id=actor.id
    )
    facts: dict[str, Any] = {"version": version, "keys": sorted(values), "project": project_id}
    record_audit(actor=actor, action="plugin.settings_changed", target_type="plugin", target_id=slug, data=facts)
    emit_event(type="plugin.settings_changed", payload={"plugin": slug, **facts})
    return plugin_settings(slug, project_id=project_id)


def check_settings(*, slug: str, values: dict[str, Any] | None, project_id: int | None = None) -> list[dict[str, Any]]:
    """Have a plugin try settings out: these, or without any those that count now; nothing is saved.

    Secrets that are not given are taken from what is saved.

    Raises:
        NotFoundError: the plugin has no settings, or does not check them, or there is no such project.
        ValidationFailedError: the values break the schema.
        PluginFailedError: its check failed.
    """
    state = plugin_settings(slug, project_id=project_id)
    paths = secret_settings.secret_paths(state.schema)
    row = _latest(slug)
    _refuse_too_large(values or {})
    shown, given = secret_settings.take_out(values if values is not None else state.effective, paths)
    kept = _open_kept(slug, row.sealed) if row is not None else {}
    secrets = {path: secret for path, secret in kept.items() if tuple(path.split("/")) not in given}
    everything = {tuple(path.split("/")): secret for path, secret in secrets.items()}
    everything.update({path: secret for path, secret in given.items() if secret is not None})
    merged = secret_settings.put_in({**_defaults(state.schema), **shown}, everything)
    _check(state.schema, merged, paths)
    issues = HookFacade().check_settings(slug, current_organization(), values=merged, project_id=project_id)
    return [{"plugin": slug, "hook": "check_settings", **_shown_issue(issue)} for issue in issues]


def _shown_issue(issue: Issue) -> dict[str, Any]:
    return {"severity": issue.severity, "code": issue.code, "message": issue.message, "key": issue.key}


def _refuse_unknown_project(project_id: int) -> None:
    if not Project.objects.filter(pk=project_id).exists():
        raise NotFoundError(f"There is no project {project_id}.")


def _refuse_too_large(values: dict[str, Any]) -> None:
    sizes = {key: len(orjson.dumps(value)) for key, value in values.items()}
    if sum(sizes.values()) > MAX_BYTES:
        key = max(sizes, key=lambda name: sizes[name])
        text = f"The settings have {sum(sizes.values())} bytes, most of them here; {MAX_BYTES} are allowed together."
        raise ValidationFailedError(validation_errors={key[:100]: [text]})


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


def _latest(slug: str, project_id: int | None = None, *, for_update: bool = False) -> PluginSettings | None:
    rows = PluginSettings.objects.select_for_update() if for_update else PluginSettings.objects
    return rows.filter(slug=slug, project=project_id).order_by("-version").first()


def _latest_rows(slug: str, project_id: int | None) -> dict[int | None, PluginSettings]:
    """Return the newest row of the organization and of a project, by project: one query."""
    rows = PluginSettings.objects.filter(Q(project=None) | Q(project=project_id), slug=slug)
    return {row.project_id: row for row in rows.order_by("project_id", "-version").distinct("project_id")}


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
