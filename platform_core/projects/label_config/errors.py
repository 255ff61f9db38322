"""What can be wrong with a label config, a registry of tags, a result: typed, so that callers can render it."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

from platform_core.api.errors import ValidationFailedError

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigIssue:
    """One fault of a label config.

    Attributes:
        code: stable name of the rule, such as `unknown_tag`.
        message: one sentence for people.
        path: where, as `View/Choices[2]/Choice[1]`; empty where the document as a whole is at fault.
        line: of the start tag, from 1; 0 where unknown.
        tag, name: of the tag at fault, where there is one.
    """

    code: str
    message: str
    path: str = ""
    line: int = 0
    tag: str | None = None
    name: str | None = None


class InvalidLabelConfigError(ValidationFailedError):
    """The label config breaks at least one rule; `issues` has them all, `data["issues"]` the same as dictionaries."""

    code = "invalid_label_config"

    def __init__(self, issues: tuple[ConfigIssue, ...]) -> None:
        self.issues = issues
        super().__init__(
            data={"issues": [asdict(issue) for issue in issues]},
            validation_errors={"label_config": [issue.message for issue in issues]},
        )

    def __str__(self) -> str:
        return "; ".join(issue.message for issue in self.issues)


class TagRegistryError(ValueError):
    """Tags that a plugin wants to add clash with known ones or are malformed; raised at boot, names the tag."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultIssue:
    """One fault of an annotation or prediction result.

    Attributes:
        severity: `error` refuses the write; `warning` may be answered with a reason.
        code: stable name of the rule, such as `unknown_label`.
        message: one sentence for people that names region and key.
        index: position of the region in the result, from 0; None where the result as a whole is at fault.
        region: id of the region, where it has one.
        key: path inside the region, as `value.points[3][0]`; empty where the region as a whole is at fault.
        control: name of the control, where it is known.
    """

    severity: Severity
    code: str
    message: str
    index: int | None = None
    region: str | None = None
    key: str = ""
    control: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """The issue as JSON."""
        return asdict(self)
