"""Where a label config meets the validators of plugins."""

from dataclasses import asdict
from typing import Any

from platform_core.api.errors import ValidationFailedError
from platform_core.members.principal import Principal
from platform_core.plugins.facade import HookFacade
from platform_core.plugins.types import Issue, LabelConfigContext, TaxonomyRef
from platform_core.projects.configs import CompiledConfig


def bindings_of(compiled: CompiledConfig) -> dict[str, TaxonomyRef]:
    """Return control name -> taxonomy, as plugins see it."""
    return {
        name: control.taxonomy for name, control in compiled.config.controls.items() if control.taxonomy is not None
    }


def plugin_config_issues(
    *,
    compiled: CompiledConfig,
    parsed: dict[str, Any],
    principal: Principal,
    project_id: int | None,
    text: str,
    previous: str | None,
) -> list[dict[str, Any]]:
    """Ask the enabled plugins about a label config; returns their warnings.

    Raises:
        ValidationFailedError: a plugin reports an error.
        PluginFailedError: a blocking validator failed.
    """
    context = LabelConfigContext(
        organization=principal.organization,
        project_id=project_id,
        config=text,
        parsed=parsed,
        bindings=bindings_of(compiled),
        previous=previous,
    )
    found = HookFacade().validate_label_config(context, enabled=principal.enabled_plugins)
    issues = [issue_dict(effect.plugin, effect.hook, effect.value) for effect in found]
    errors = [issue for issue in issues if issue["severity"] == "error"]
    if errors:
        raise ValidationFailedError(
            validation_errors={"label_config": [issue["message"] for issue in errors]}, data={"issues": issues}
        )
    return issues


def issue_dict(plugin: str, hook: str, issue: Issue) -> dict[str, Any]:
    """Return an issue as JSON, with the plugin and the hook that it came from."""
    return {"plugin": plugin, "hook": hook, **{key: value for key, value in asdict(issue).items() if value is not None}}
