"""Reading templates and looking them up by what an organization has enabled."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from platform_core.plugins.contributions import tag_registry
from platform_core.plugins.enabled import EnabledSet
from platform_core.plugins.loader import PluginRegistry, get_registry
from platform_core.plugins.registrations import ProjectTemplateSpec
from platform_core.projects.label_config import InvalidLabelConfigError, LabelConfig, parse_label_config

_FOLDER: Final = Path(__file__).parent / "templates"
# The order in which the groups of the core are offered; a plugin's groups come behind.
_GROUPS: Final = ("Text", "Image", "Audio", "Video", "Time series", "Conversations", "Ranking", "Documents")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectTemplate:
    """A label config to begin with.

    Attributes:
        key: name, unique in an organization: `image_text`, or `plugin.name` for a plugin's.
        plugin: slug of the plugin that brings it; empty for the core's.
        object_types, control_types: tags that show data and that make results, each once, in order.
        tasks: data of sample tasks.
    """

    key: str
    plugin: str
    title: str
    group: str
    description: str
    label_config: str
    object_types: tuple[str, ...]
    control_types: tuple[str, ...]
    tasks: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateFilter:
    """What a list of templates is cut by; empty = anything. Letters count in any case."""

    group: str = ""
    search: str = ""
    object_type: str = ""

    def takes(self, template: ProjectTemplate) -> bool:
        """Say whether the template belongs on the list."""
        words = f"{template.title} {template.description} {template.key}".casefold()
        types = {name.casefold() for name in template.object_types}
        return (
            self.group.casefold() in ("", template.group.casefold())
            and self.search.casefold() in words
            and (not self.object_type or self.object_type.casefold() in types)
        )


def templates_for(enabled: EnabledSet) -> tuple[ProjectTemplate, ...]:
    """Return the core's templates and those of the enabled plugins."""
    return (*core_templates(), *_of_plugins(get_registry(), enabled))


def find_template(key: str, enabled: EnabledSet) -> ProjectTemplate | None:
    """Return the template of this key, or None where this organization has none."""
    return next((template for template in templates_for(enabled) if template.key == key), None)


@lru_cache(maxsize=1)
def core_templates() -> tuple[ProjectTemplate, ...]:
    """Return the templates of the core, by group and title."""
    found = [_read(path) for path in _FOLDER.glob("*.toml")]
    return tuple(sorted(found, key=lambda template: (_GROUPS.index(template.group), template.title)))


def _read(path: Path) -> ProjectTemplate:
    facts = tomllib.loads(path.read_text(encoding="utf-8"))
    xml = facts["label_config"].strip()
    config = parse_label_config(xml)
    return ProjectTemplate(
        key=path.stem,
        plugin="",
        title=facts["title"],
        group=facts["group"],
        description=facts["description"],
        label_config=xml,
        object_types=_object_types(config),
        control_types=_control_types(config),
        tasks=tuple(facts["tasks"]),
    )


@lru_cache(maxsize=64)
def _of_plugins(registry: PluginRegistry, enabled: EnabledSet) -> tuple[ProjectTemplate, ...]:
    specs = registry.project_templates(enabled)
    found = [_from_spec(key, spec, enabled) for key, spec in specs.items()]
    return tuple(sorted(found, key=lambda template: (template.group, template.title)))


def _from_spec(key: str, spec: ProjectTemplateSpec, enabled: EnabledSet) -> ProjectTemplate:
    try:
        config: LabelConfig | None = parse_label_config(spec.label_config, tags=tag_registry(enabled))
    except InvalidLabelConfigError:  # a plugin it depends on may be off; saving the project then says what is wrong
        config = None
    return ProjectTemplate(
        key=key,
        plugin=key.partition(".")[0],
        title=spec.title,
        group=spec.group,
        description=spec.description,
        label_config=spec.label_config,
        object_types=_object_types(config) if config is not None else (),
        control_types=_control_types(config) if config is not None else (),
        tasks=spec.tasks,
    )


def _object_types(config: LabelConfig) -> tuple[str, ...]:
    return _once(item.tag for item in config.objects.values())


def _control_types(config: LabelConfig) -> tuple[str, ...]:
    return _once(control.tag for control in config.controls.values())


def _once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
