"""Refusing a label config under which existing annotations, predictions or drafts would no longer make sense."""

import re
from dataclasses import asdict
from typing import Final

from platform_core.api.errors import ValidationFailedError
from platform_core.members.principal import Principal
from platform_core.projects.configs import CompiledConfig, compiled_config, is_empty
from platform_core.projects.label_config import Control, InvalidLabelConfigError, LabelConfig, config_changes
from platform_core.projects.label_config.plans import compile_plan
from platform_core.projects.models import Project
from platform_core.projects.queries.usage import Usage, Watched, control_names_in_use, uses_of
from platform_core.projects.services.label_configs import CheckedConfig

MAX_SHOWN: Final = 20


def refuse_orphaning_change(*, project: Project, new: CheckedConfig, principal: Principal) -> None:
    """Refuse a config without what stored results use; nothing overrides this: change or delete the work first.

    Raises:
        ValidationFailedError: `data["in_the_way"]` lists control, label, where, how many and the first ids.
    """
    old = _compiled(project, principal)
    if old is not None and new.compiled is not None:
        watched = _taken_away(old.config, new.compiled.config)
    elif old is not None:
        watched = [_watched(control, gone=True) for control in old.config.controls.values()]
    else:
        watched = _unknown(project.pk, new.compiled.config if new.compiled is not None else None)
    found = uses_of(watched, project_id=project.pk)
    if found:
        raise ValidationFailedError(
            validation_errors={"label_config": _messages(found)},
            data={
                "controls": sorted({use.control for use in found if use.label is None}),
                "labels": sorted({f"{use.control}: {use.label}" for use in found if use.label is not None}),
                "in_the_way": [asdict(use) for use in found],
            },
        )


def _compiled(project: Project, principal: Principal) -> CompiledConfig | None:
    """Return the stored config; None where there is none, or its tags are those of a plugin that is off."""
    if is_empty(project.label_config):
        return None
    try:
        return compiled_config(project.label_config, principal.enabled_plugins)
    except InvalidLabelConfigError:
        return None


def _taken_away(old: LabelConfig, new: LabelConfig) -> list[Watched]:
    changes = config_changes(old, new)
    watched = [_watched(old.controls[name], gone=True) for name in changes.removed_controls]
    for name in dict.fromkeys([*changes.removed_labels, *changes.moved_controls]):
        labels, targets = changes.removed_labels.get(name, ()), changes.moved_controls.get(name, ())
        watched.append(_watched(old.controls[name], labels=labels, targets=targets))
    return watched


def _watched(
    control: Control, *, gone: bool = False, labels: tuple[str, ...] = (), targets: tuple[str, ...] = ()
) -> Watched:
    return Watched(
        name=control.name,
        pattern=_copies(control.name, control.index_flags),
        gone=gone,
        tree=control.spec.tree,
        labels=labels,
        targets=targets,
    )


def _copies(name: str, flags: tuple[str, ...]) -> str | None:
    """Return a pattern of the names that a Repeater gives to the copies of a control."""
    if not flags:
        return None
    parts = re.split("|".join(re.escape(flag) for flag in flags), name)
    return "^" + "[0-9]+".join(re.sub(r"([^A-Za-z0-9_ ])", r"\\\1", part) for part in parts) + "$"


def _unknown(project_id: int, new: LabelConfig | None) -> list[Watched]:
    """Return the controls of stored results that the first config of a project does not have."""
    if new is None:
        return []
    plan = compile_plan(new)
    names = control_names_in_use(project_id)
    return [Watched(name=name, gone=True) for name in sorted(names) if plan.find(name) is None]


def _messages(found: list[Usage]) -> list[str]:
    controls = _listed([use for use in found if use.label is None])
    labels = _listed([use for use in found if use.label is not None])
    messages = []
    if controls:
        messages.append(
            f"Created annotations are incompatible with provided labeling schema, we found: controls {controls}"
        )
    if labels:
        messages.append(f"These labels still exist in annotations or drafts: {labels}")
    return messages


def _listed(uses: list[Usage]) -> str:
    """Return each control or label with where it is used, the first ids included."""
    places: dict[str, list[str]] = {}
    for use in uses:
        thing = use.control if use.label is None else f"{use.control}: {use.label}"
        if use.target is not None:
            thing += f" on {use.target}"
        ids = ", ".join(map(str, use.ids[:3]))
        places.setdefault(thing, []).append(f"{use.count} {use.where}: {ids}{'...' if use.count > 3 else ''}")
    shown = [f"{thing} ({'; '.join(where)})" for thing, where in list(places.items())[:MAX_SHOWN]]
    return ", ".join(shown) + (f" and {len(places) - MAX_SHOWN} more" if len(places) > MAX_SHOWN else "")
