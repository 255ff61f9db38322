"""The labelling language: parse a config, validate what is imported and annotated under it.

A pure package: no models, no database, no request. Everything it returns is frozen and safe to share between threads.
"""

from platform_core.projects.label_config.core_tags import CORE_TAGS
from platform_core.projects.label_config.errors import (
    ConfigIssue,
    InvalidLabelConfigError,
    ResultIssue,
    TagRegistryError,
)
from platform_core.projects.label_config.parser import parse_label_config
from platform_core.projects.label_config.tags import TagKind, TagRegistry, TagSpec
from platform_core.projects.label_config.types import Control, DataVariable, Label, LabelConfig, ObjectTag, TaxonomyRef

__all__ = [
    "CORE_TAGS",
    "ConfigIssue",
    "Control",
    "DataVariable",
    "InvalidLabelConfigError",
    "Label",
    "LabelConfig",
    "ObjectTag",
    "ResultIssue",
    "TagKind",
    "TagRegistry",
    "TagRegistryError",
    "TagSpec",
    "TaxonomyRef",
    "parse_label_config",
]
