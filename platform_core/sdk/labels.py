"""Tags of the labelling language that a plugin adds."""

from platform_core.projects.label_config import TagKind, TagSpec

__all__ = ["TagKind", "TagSpec"]
