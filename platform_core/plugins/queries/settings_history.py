"""Who changed which setting when. Secrets are named, never shown."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from platform_core.plugins.models import PluginSettings

PAGE: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsChange:
    """One version of the settings.

    Attributes:
        changes: for each path that differs from the version before: change (added, changed, removed, and of secrets
            set, replaced, removed), `before` and `after` of what is no secret.
    """

    version: int
    changed_at: datetime
    changed_by: dict[str, Any] | None
    changes: tuple[dict[str, Any], ...]


def settings_history(slug: str, *, project_id: int | None = None, before: int | None = None) -> list[SettingsChange]:
    """Return the versions of a plugin's settings here, newest first, at most `PAGE`: one query.

    Args:
        project_id: of a project's own settings.
        before: versions below this one.
    """
    rows = PluginSettings.objects.filter(slug=slug, project=project_id).select_related("changed_by")
    if before is not None:
        rows = rows.filter(version__lt=before)
    found = list(rows.order_by("-version")[: PAGE + 1])
    pairs = zip(found, [*found[1:], None], strict=True)
    return [_change(row, older) for row, older in pairs][:PAGE]


def _change(row: PluginSettings, older: PluginSettings | None) -> SettingsChange:
    member = row.changed_by
    before = dict(_leaves(older.values)) if older is not None else {}
    after = dict(_leaves(row.values))
    changes = [
        {"path": path, "change": _kind(path, before, after), "before": before.get(path), "after": after.get(path)}
        for path in sorted({*before, *after})
        if path not in before or path not in after or before[path] != after[path]
    ]
    secrets = [
        {"path": path, "change": change, "secret": True} for path, change in sorted((row.secret_changes or {}).items())
    ]
    return SettingsChange(
        version=row.version,
        changed_at=row.created_at,
        changed_by={"id": member.pk, "email": member.email} if member is not None else None,
        changes=(*changes, *secrets),
    )


def _kind(path: str, before: dict[str, Any], after: dict[str, Any]) -> str:
    if path not in before:
        return "added"
    return "changed" if path in after else "removed"


def _leaves(values: dict[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    """Return path -> value of everything that is no object with something in it."""
    found: list[tuple[str, Any]] = []
    for key, value in values.items():
        path = f"{prefix}{key}"
        found += _leaves(value, f"{path}/") if isinstance(value, dict) and value else [(path, value)]
    return found
