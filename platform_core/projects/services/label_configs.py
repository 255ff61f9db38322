"""Accepting a label config: the language, the taxonomies it names, the plugins' validators, and existing work."""

from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from platform_core.api.errors import PluginDisabledError, ValidationFailedError
from platform_core.members.principal import Principal
from platform_core.projects.configs import CompiledConfig, compiled_config, is_empty
from platform_core.projects.label_config.parsed import control_weights, parsed_label_config
from platform_core.projects.models import Project
from platform_core.projects.plugin_checks import plugin_config_issues

EMPTY = "<View></View>"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedConfig:
    """A label config that may be stored.

    Attributes:
        compiled: None for the empty config of a new project.
        warnings: what plugins remarked.
    """

    text: str
    compiled: CompiledConfig | None
    parsed: dict[str, Any] = field(default_factory=dict)
    warnings: tuple[dict[str, Any], ...] = ()

    def weights(self, wanted: dict[str, Any]) -> dict[str, Any]:
        """Return the weights of the config's controls and labels: those wanted, else 1.0."""
        return control_weights(self.compiled.config, wanted) if self.compiled is not None else {}


def check_label_config(
    text: str | None, *, principal: Principal, project_id: int | None, previous: str | None = None
) -> CheckedConfig:
    """Check a label config completely.

    Raises:
        InvalidLabelConfigError: it breaks a rule of the language.
        PluginDisabledError: it names a taxonomy of a plugin that is not enabled here.
        ValidationFailedError: a plugin refuses it.
    """
    if text is None or is_empty(text):
        return CheckedConfig(text=EMPTY, compiled=None)
    compiled = compiled_config(text, principal.enabled_plugins)
    refuse_disabled_plugins(compiled, principal.enabled_plugins)
    parsed = parsed_label_config(compiled.config)
    warnings = plugin_config_issues(
        compiled=compiled, parsed=parsed, principal=principal, project_id=project_id, text=text, previous=previous
    )
    return CheckedConfig(text=text, compiled=compiled, parsed=parsed, warnings=tuple(warnings))


def refuse_disabled_plugins(compiled: CompiledConfig, enabled: frozenset[str]) -> None:
    """Refuse a config whose taxonomies belong to plugins that are off.

    Raises:
        PluginDisabledError: `data["plugins"]` names them.
    """
    missing = sorted(compiled.plugins - enabled)
    if missing:
        raise PluginDisabledError(
            f"The label config uses plugins that are not enabled in this organization: {', '.join(missing)}.",
            data={"plugins": missing},
        )


def refuse_orphaning_change(*, project: Project, new: CheckedConfig) -> None:
    """Refuse a config without controls or labels that annotations of the project use.

    Raises:
        ValidationFailedError: the message lists what is in the way.
    """
    if is_empty(project.label_config):
        return
    used = _used_in_annotations(project.pk)
    if not used:
        return
    controls = new.compiled.config.controls if new.compiled else {}
    gone = sorted({control for control, _label in used if control not in controls})
    labels = sorted(
        f"{control}: {label}"
        for control, label in used
        if label is not None
        and control in controls
        and controls[control].has_closed_labels
        and label not in {known.value for known in controls[control].labels}
    )
    problems = []
    if gone:
        problems.append(
            f"Created annotations are incompatible with provided labeling schema, we found: controls {', '.join(gone)}"
        )
    if labels:
        problems.append(f"These labels still exist in annotations or drafts: {', '.join(labels)}")
    if problems:
        raise ValidationFailedError(
            validation_errors={"label_config": problems}, data={"controls": gone, "labels": labels}
        )


_USED = """
    SELECT DISTINCT region->>'from_name', label
    FROM tasks_annotation a CROSS JOIN LATERAL jsonb_array_elements(a.result) region
    LEFT JOIN LATERAL jsonb_array_elements_text(
        CASE WHEN jsonb_typeof(region->'value'->(region->>'type')) = 'array' AND region->>'type' <> 'taxonomy'
                  AND region->>'type' <> 'textarea'
             THEN region->'value'->(region->>'type') ELSE '[]'::jsonb END) label ON true
    WHERE a.project_id = %s AND jsonb_typeof(a.result) = 'array' AND region->>'from_name' IS NOT NULL"""


def _used_in_annotations(project_id: int) -> set[tuple[str, str | None]]:
    with connection.cursor() as cursor:
        cursor.execute(_USED, [project_id])
        return {(control, label) for control, label in cursor.fetchall()}
