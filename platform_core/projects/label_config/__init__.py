"""The labelling language: parse a config, validate what is imported and annotated under it.

A pure package: no models, no database, no request. Everything it returns is frozen and safe to share between threads.
"""

from platform_core.plugins.types import TaxonomyRef
from platform_core.projects.label_config.changes import (
    ConfigChanges,
    config_changes,
    config_essential_data_has_changed,
    taxonomy_bindings,
)
from platform_core.projects.label_config.core_tags import CORE_TAGS
from platform_core.projects.label_config.errors import (
    ConfigIssue,
    InvalidLabelConfigError,
    ResultIssue,
    TagRegistryError,
)
from platform_core.projects.label_config.parsed import control_weights, parsed_label_config
from platform_core.projects.label_config.parser import parse_label_config
from platform_core.projects.label_config.results import ResultLimits, ResultValidator
from platform_core.projects.label_config.samples import sample_data, sample_result
from platform_core.projects.label_config.schemas import result_json_schema, value_schema
from platform_core.projects.label_config.tags import TagKind, TagRegistry, TagSpec
from platform_core.projects.label_config.task_data import TaskDataValidator
from platform_core.projects.label_config.types import Control, DataVariable, Label, LabelConfig, ObjectTag

__all__ = [
    "CORE_TAGS",
    "ConfigChanges",
    "ConfigIssue",
    "Control",
    "DataVariable",
    "InvalidLabelConfigError",
    "Label",
    "LabelConfig",
    "ObjectTag",
    "ResultIssue",
    "ResultLimits",
    "ResultValidator",
    "TagKind",
    "TagRegistry",
    "TagRegistryError",
    "TagSpec",
    "TaskDataValidator",
    "TaxonomyRef",
    "config_changes",
    "config_essential_data_has_changed",
    "control_weights",
    "parse_label_config",
    "parsed_label_config",
    "result_json_schema",
    "sample_data",
    "sample_result",
    "taxonomy_bindings",
    "value_schema",
]
