"""V-REQ: the fields that the coding form demands."""

from collections.abc import Iterator

from tenon_aviation.rules.resolved import ResolvedCoding
from tenon_aviation.rules.types import Finding, Severity

RULE = "V-REQ"


def check_required(resolved: ResolvedCoding) -> Iterator[Finding]:
    """A required control without a value, or with blanks only, is an error; so are its alternatives, all together."""
    for control in resolved.coding.required:
        if resolved.coding.answered.isdisjoint((control.name, *control.alternatives)):
            title = f" ({control.title})" if control.title and control.title != control.name else ""
            yield Finding(
                rule=RULE,
                code="missing_value",
                severity=Severity.ERROR,
                control=control.name,
                message=f"'{control.name}'{title} needs a value.",
            )
