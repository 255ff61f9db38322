"""What a new version of a config takes away from the old one, which existing annotations may still use."""

from collections.abc import Mapping
from dataclasses import dataclass

from platform_core.plugins.types import TaxonomyRef
from platform_core.projects.label_config.types import Control, LabelConfig


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigChanges:
    """What annotations made under the old config can no longer rely on.

    Attributes:
        removed_controls: name to result type: gone, or now of another type (results of it would not validate).
        removed_labels: control to labels that it no longer lists; controls whose labels became open are left out.
        moved_controls: control to the objects that it no longer points to.
        removed_fields: keys of the task data that nothing reads any more.
        added_fields: keys of the task data that existing tasks may lack.
        changed_taxonomies: control to its old binding, where that changed or went away.
    """

    removed_controls: Mapping[str, str]
    removed_labels: Mapping[str, tuple[str, ...]]
    moved_controls: Mapping[str, tuple[str, ...]]
    removed_fields: tuple[str, ...]
    added_fields: tuple[str, ...]
    changed_taxonomies: Mapping[str, TaxonomyRef]

    @property
    def may_orphan_annotations(self) -> bool:
        """True where an existing result may break: the caller then looks whether one does."""
        return bool(self.removed_controls or self.removed_labels or self.moved_controls)


def taxonomy_bindings(config: LabelConfig) -> dict[str, TaxonomyRef]:
    """Which controls take their labels from which vocabulary; what `validate_annotation` hooks are handed."""
    return {name: control.taxonomy for name, control in config.controls.items() if control.taxonomy is not None}


def config_changes(old: LabelConfig, new: LabelConfig) -> ConfigChanges:
    """What `new` takes away from `old`."""
    kept = {
        name: (control, new.controls[name])
        for name, control in old.controls.items()
        if name in new.controls and new.controls[name].type == control.type
    }
    old_fields, new_fields = _fields(old), _fields(new)
    labels = {name: _lost_labels(*pair) for name, pair in kept.items()}
    targets = {
        name: tuple(target for target in before.to_name if target not in after.to_name)
        for name, (before, after) in kept.items()
    }
    return ConfigChanges(
        removed_controls={name: control.type for name, control in old.controls.items() if name not in kept},
        removed_labels={name: lost for name, lost in labels.items() if lost},
        moved_controls={name: lost for name, lost in targets.items() if lost},
        removed_fields=tuple(key for key in old_fields if key not in new_fields),
        added_fields=tuple(key for key in new_fields if key not in old_fields),
        changed_taxonomies={
            name: before.taxonomy
            for name, (before, after) in kept.items()
            if before.taxonomy is not None and before.taxonomy != after.taxonomy
        },
    )


def config_essential_data_has_changed(old: LabelConfig, new: LabelConfig) -> bool:
    """True where the fields of the task data or the controls differ; labels, texts and layout are not essential."""
    return _essence(old) != _essence(new)


def _essence(config: LabelConfig) -> object:
    controls = {name: (control.type, frozenset(control.to_name)) for name, control in config.controls.items()}
    return frozenset((variable.path, variable.tag) for variable in config.variables if variable.required), controls


def _fields(config: LabelConfig) -> list[str]:
    return list(dict.fromkeys(variable.key for variable in config.variables if variable.required))


def _lost_labels(before: Control, after: Control) -> tuple[str, ...]:
    if not after.has_closed_labels:
        return ()
    if before.spec.tree:
        kept_paths = {label.path for label in after.labels}
        return tuple(" / ".join(label.path) for label in before.labels if label.path not in kept_paths)
    kept = {label.value for label in after.labels}
    return tuple(label.value for label in before.labels if label.value not in kept)
