"""What a proof says to people: a line a rule, and below each failed one where, why and how to mend it."""

from collections.abc import Iterator

from platform_core.conformance.types import TIERS
from platform_core.conformance.verdict import Outcome, Report, State

SIGNS = {
    State.PASSED: "ok",
    State.WAIVED: "waived",
    State.FAILED: "FAILED",
    State.SKIPPED: "-",
    State.NOT_RUN: "not run",
}
SHOWN = 5


def lines_of(report: Report, *, whole: bool = False) -> Iterator[str]:
    """Yield the lines for people.

    Args:
        whole: show every finding, not the first few of a rule.
    """
    yield f"{report.slug} {report.version or '(no version)'}"
    for outcome in report.outcomes:
        yield from _outcome_lines(outcome, whole=whole)
    for waiver in report.unused:
        yield f"unused waiver: {waiver.rule}{f' at {waiver.where}' if waiver.where else ''} accepts nothing any more"
    yield from _summary(report)


def _outcome_lines(outcome: Outcome, *, whole: bool) -> Iterator[str]:
    rule = outcome.rule
    tried = f" ({outcome.tried} tried)" if outcome.tried else ""
    because = f": {outcome.reason}" if outcome.reason and outcome.state in (State.SKIPPED, State.NOT_RUN) else ""
    yield f"  {SIGNS[outcome.state]:8} {rule.id} {rule.title}{tried}{because}"
    shown = outcome.findings if whole else outcome.findings[:SHOWN]
    for finding in shown:
        yield f"             {finding.where}: {finding.message}"
    if len(outcome.findings) > len(shown):
        yield f"             and {len(outcome.findings) - len(shown)} more; --whole shows them"
    if outcome.state is State.FAILED:
        yield f"             mend: {rule.mend} See {rule.page}."
    for finding, waiver in outcome.waived:
        yield f"             {finding.where}: {finding.message} [until {waiver.until}: {waiver.reason}]"


def _summary(report: Report) -> Iterator[str]:
    counts = [(state, sum(item.state is state for item in report.outcomes)) for state in State]
    text = ", ".join(f"{count} {state.value.replace('_', ' ')}" for state, count in counts if count)
    yield f"{text}, in {report.seconds:.1f} s"
    if report.partial:
        yield "tier: not computed, for only a part was asked for"
        return
    tier = report.tier
    missing = next((one for one in TIERS if any(item.rule.tier is one for item in report.failed)), None)
    below = f"; for {missing} mend " + ", ".join(item.rule.id for item in report.failed if item.rule.tier is missing)
    yield f"tier: {tier.value if tier is not None else 'none'}{below if missing is not None else ''}"
