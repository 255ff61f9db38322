"""Accepting a label config: the language, the taxonomies it names, the plugins' validators, and existing work."""

from dataclasses import dataclass, field
from typing import Any

from platform_core.api.errors import PluginDisabledError
from platform_core.members.principal import Principal
from platform_core.projects.configs import CompiledConfig, compiled_config, is_empty
from platform_core.projects.label_config.parsed import control_weights, parsed_label_config
from platform_core.projects.plugin_checks import plugin_config_issues

EMPTY = "<View></View>"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedConfig:
    """A label config that may be stored.

    Attributes:
        compiled: None for the empty config of a new project.
        warnings: what plugins remarked.
    """

    text: str
    compiled: CompiledConfig | None
    parsed: dict[str, Any] = field(default_factory=dict)
    warnings: tuple[dict[str, Any], ...] = ()

    def weights(self, wanted: dict[str, Any]) -> dict[str, Any]:
        """Return the weights of the config's controls and labels: those wanted, else 1.0."""
        return control_weights(self.compiled.config, wanted) if self.compiled is not None else {}


def check_label_config(
    text: str | None, *, principal: Principal, project_id: int | None, previous: str | None = None
) -> CheckedConfig:
    """Check a label config completely.

    Raises:
        InvalidLabelConfigError: it breaks a rule of the language.
        PluginDisabledError: it names a taxonomy of a plugin that is not enabled here.
        ValidationFailedError: a plugin refuses it.
    """
    if text is None or is_empty(text):
        return CheckedConfig(text=EMPTY, compiled=None)
    compiled = compiled_config(text, principal.enabled_plugins)
    refuse_disabled_plugins(compiled, principal.enabled_plugins)
    parsed = parsed_label_config(compiled.config)
    warnings = plugin_config_issues(
        compiled=compiled, parsed=parsed, principal=principal, project_id=project_id, text=text, previous=previous
    )
    return CheckedConfig(text=text, compiled=compiled, parsed=parsed, warnings=tuple(warnings))


def refuse_disabled_plugins(compiled: CompiledConfig, enabled: frozenset[str]) -> None:
    """Refuse a config whose taxonomies belong to plugins that are off.

    Raises:
        PluginDisabledError: `data["plugins"]` names them.
    """
    missing = sorted(compiled.plugins - enabled)
    if missing:
        raise PluginDisabledError(
            f"The label config uses plugins that are not enabled in this organization: {', '.join(missing)}.",
            data={"plugins": missing},
        )
