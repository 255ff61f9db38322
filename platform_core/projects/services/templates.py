"""Beginning a project with a template."""

from typing import Any

from platform_core.api.errors import ValidationFailedError
from platform_core.members.principal import Principal
from platform_core.projects.catalogue import find_template
from platform_core.projects.configs import is_empty

MAX_TITLE = 50


def with_template(values: dict[str, Any], actor: Principal) -> dict[str, Any]:
    """Return the fields of a new project with what its template supplies; as they are where none is named.

    Raises:
        ValidationFailedError: the template is unknown here, or a label config was sent beside it.
    """
    fields = dict(values)
    key = fields.pop("template", None)
    if not key:
        return fields
    template = find_template(key, actor.enabled_plugins)
    if template is None:
        message = f"There is no project template {key[:64]!r}; /api/project-templates/ lists them."
        raise ValidationFailedError(validation_errors={"template": [message]})
    if not is_empty(fields.get("label_config") or ""):
        message = "Send a template or a label config, not both."
        raise ValidationFailedError(validation_errors={"template": [message]})
    supplied = {"title": template.title[:MAX_TITLE], "description": template.description}
    fields.update({name: text for name, text in supplied.items() if not fields.get(name)})
    return {**fields, "label_config": template.label_config}
