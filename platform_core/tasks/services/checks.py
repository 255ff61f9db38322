"""Whether a result may be stored: the label config's rules, then those of the enabled plugins."""

from dataclasses import dataclass
from typing import Any, Protocol

from platform_core.api.errors import ValidationFailedError
from platform_core.members.principal import Principal
from platform_core.plugins.facade import HookFacade
from platform_core.plugins.types import AnnotationContext
from platform_core.projects.configs import CompiledConfig, compiled_config, is_empty
from platform_core.projects.label_config import ResultIssue
from platform_core.projects.plugin_checks import bindings_of, issue_dict
from platform_core.projects.services.label_configs import refuse_disabled_plugins
from platform_core.tasks.queries.task_data import data_of_task

MAX_SHOWN = 20


class RulesOfProject(Protocol):
    """What is asked of a project: its row, or the few columns of it that a hot path reads."""

    @property
    def pk(self) -> int:
        """Return its id."""
        ...

    @property
    def label_config(self) -> str:
        """Return its label config."""
        ...

    @property
    def enable_empty_annotation(self) -> bool:
        """Say whether empty annotations are allowed."""
        ...

    @property
    def require_warning_reasons(self) -> bool:
        """Say whether warnings need a reason."""
        ...

    @property
    def parsed_label_config(self) -> dict[str, Any]:
        """Return the controls of the label config."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A result on its way into an annotation.

    Attributes:
        submitted: False for skipped tasks, whose required controls may be empty.
        reasons: warning code -> the annotator's reason.
    """

    result: list[dict[str, Any]]
    submitted: bool = True
    previous: list[dict[str, Any]] | None = None
    reasons: dict[str, str]


def usable_config(project: RulesOfProject, principal: Principal) -> CompiledConfig | None:
    """Return the compiled config of a project that may be written to; None where it has none yet.

    Raises:
        PluginDisabledError: the config needs a plugin that is off here; the project is read-only until it is on.
    """
    if is_empty(project.label_config):
        return None
    compiled = compiled_config(project.label_config, principal.enabled_plugins)
    refuse_disabled_plugins(compiled, principal.enabled_plugins)
    return compiled


def check_result(
    compiled: CompiledConfig | None,
    result: Any,
    *,
    required: bool,
    where: str = "",
    data: dict[str, Any] | None = None,
) -> None:
    """Check a result against a config.

    Args:
        required: whether required controls must be there.
        where: put before each message, as in `Error at item 731: `.
        data: of the task; with it spans are held against the text that they lie in.

    Raises:
        ValidationFailedError: `validation_errors["result"]` names region and key, `data["issues"]` has all facts.
    """
    if compiled is None:
        if not isinstance(result, list) or not all(isinstance(region, dict) for region in result):
            raise ValidationFailedError(validation_errors={"result": [f"{where}The result must be a list of regions."]})
        return
    issues = list(compiled.results.validate(result))
    if not issues and required:
        issues = list(compiled.results.missing_required(result))
    _refuse(issues, where)
    if data is not None and compiled.spans.concerns(result):
        _refuse(list(compiled.spans.issues(result, data)), where)


def _refuse(issues: list[ResultIssue], where: str) -> None:
    errors = [issue for issue in issues if issue.severity == "error"]
    if errors:
        raise ValidationFailedError(
            f"{where}{errors[0].message}" if where else None,
            validation_errors={"result": [f"{where}{issue.message}" for issue in errors[:MAX_SHOWN]]},
            data={"issues": [issue.as_dict() for issue in errors[:MAX_SHOWN]]},
        )


def check_submission(
    project: RulesOfProject,
    compiled: CompiledConfig | None,
    submission: Submission,
    *,
    task_id: int,
    principal: Principal,
) -> list[dict[str, Any]]:
    """Check a submission completely; returns the warnings that the annotator accepted.

    Raises:
        ValidationFailedError: an error of the config or a plugin, a missing reason, or an empty result not allowed.
        PluginFailedError: a blocking validator failed.
    """
    if submission.submitted and not submission.result and not project.enable_empty_annotation:
        raise ValidationFailedError(
            validation_errors={"result": ["Empty annotations are not allowed in this project."]}
        )
    check_result(compiled, submission.result, required=submission.submitted)
    if compiled is not None and compiled.spans.concerns(submission.result):
        _refuse(list(compiled.spans.issues(submission.result, data_of_task(task_id) or {})), "")
    if compiled is None or not submission.submitted or not principal.enabled_plugins:
        return []
    return _plugin_warnings(project, compiled, submission, task_id=task_id, principal=principal)


def _plugin_warnings(
    project: RulesOfProject, compiled: CompiledConfig, submission: Submission, *, task_id: int, principal: Principal
) -> list[dict[str, Any]]:
    context = AnnotationContext(
        organization=principal.organization,
        project_id=project.pk,
        task_id=task_id,
        bindings=bindings_of(compiled),
        previous=submission.previous,
        parsed=project.parsed_label_config,
    )
    found = HookFacade().validate_annotation(context, submission.result, enabled=principal.enabled_plugins)
    issues = [issue_dict(effect.plugin, effect.hook, effect.value) for effect in found]
    errors = [issue for issue in issues if issue["severity"] == "error"]
    if errors:
        raise ValidationFailedError(
            errors[0]["message"],
            validation_errors={"result": [issue["message"] for issue in errors]},
            data={"issues": issues},
        )
    missing = sorted(
        {issue["code"] for issue in issues} - {code for code, text in submission.reasons.items() if text.strip()}
    )
    if project.require_warning_reasons and missing:
        raise ValidationFailedError(
            validation_errors={"warning_reasons": [f"Give a reason for {', '.join(missing)}."]}, data={"issues": issues}
        )
    return issues
