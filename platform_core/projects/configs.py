"""Compiled label configs: parsed once per text and set of tags, kept in memory, never the truth."""

from dataclasses import dataclass
from functools import lru_cache

from platform_core.plugins.contributions import tag_registry
from platform_core.projects.label_config import LabelConfig, parse_label_config
from platform_core.projects.label_config.results import ResultValidator
from platform_core.projects.label_config.span_bounds import SpanBounds
from platform_core.projects.label_config.task_data import TaskDataValidator


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledConfig:
    """A label config with the validators made from it."""

    config: LabelConfig
    results: ResultValidator
    task_data: TaskDataValidator
    spans: SpanBounds

    @property
    def plugins(self) -> frozenset[str]:
        """Slugs of the plugins whose taxonomies the config names."""
        return frozenset(control.taxonomy.slug for control in self.config.controls.values() if control.taxonomy)


EMPTY_CONFIG = "<View></View>"


def is_empty(label_config: str) -> bool:
    """Say whether a project has no config yet: Label Studio's empty view, or nothing."""
    return "".join(label_config.split()) in ("", EMPTY_CONFIG, "<View/>")


@lru_cache(maxsize=256)
def compiled_config(label_config: str, enabled_plugins: frozenset[str]) -> CompiledConfig:
    """Return the validators of a config that was accepted before.

    The result depends on the text and the tags alone, so organizations with the same text may share it.

    Raises:
        InvalidLabelConfigError: the text breaks a rule.
    """
    config = parse_label_config(label_config, tags=tag_registry(enabled_plugins))
    return CompiledConfig(
        config=config, results=ResultValidator(config), task_data=TaskDataValidator(config), spans=SpanBounds(config)
    )
