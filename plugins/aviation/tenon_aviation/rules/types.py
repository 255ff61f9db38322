"""What a rule says: a finding with its severity, place and message."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """`error` refuses the annotation, `warning` lets it pass and is reported."""

    ERROR = "error"
    WARNING = "warning"


class PhasePolicy(StrEnum):
    """How V-PHASE is applied: conflicts refuse (`enforce`), only warn (`warn`), or are not looked for (`off`)."""

    ENFORCE = "enforce"
    WARN = "warn"
    OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One breach of a rule.

    Attributes:
        rule: stable id such as `V-EXCL`.
        code: stable reason within the rule, such as `excluded_pair`.
        control: name of the control tag to blame.
        region: id of the result entry, None when the fault is something missing or spans several.
        values: the codes that take part, as the pack writes them (as the annotation does when unknown).
    """

    rule: str
    code: str
    severity: Severity
    message: str
    control: str
    region: str | None = None
    values: tuple[str, ...] = ()
