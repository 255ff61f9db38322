"""The catalogue of project templates: the core's own, which are files beside this module, and those of plugins."""

from platform_core.projects.catalogue.templates_of import (
    ProjectTemplate,
    TemplateFilter,
    core_templates,
    find_template,
    templates_for,
)

__all__ = ["ProjectTemplate", "TemplateFilter", "core_templates", "find_template", "templates_for"]
