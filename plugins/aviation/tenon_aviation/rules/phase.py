"""V-PHASE: does a category happen in the coded phase of flight?"""

from collections.abc import Iterator

from tenon_aviation.rules.policy import CicttPolicy, cictt_policy
from tenon_aviation.rules.resolved import Pick, ResolvedCoding
from tenon_aviation.rules.types import Finding, PhasePolicy, Severity
from tenon_aviation.taxonomy.types import Node

RULE = "V-PHASE"


def check_phase(resolved: ResolvedCoding, policy: PhasePolicy) -> Iterator[Finding]:
    """A category out of its usual phases is a warning; a flight-only one on the ground, or the reverse, an error.

    Where several phases are coded, one that fits is enough.
    """
    facts = cictt_policy()
    phases = _roots(resolved.phases)
    codes = {pick.node.code for pick in resolved.categories if pick.node is not None}
    if policy is PhasePolicy.OFF or not phases or facts.unknown_phase in phases:
        return
    for pick in resolved.categories:
        category = pick.node
        if category is None or codes & facts.phase_exempt_with.get(category.code, frozenset()):
            continue
        if category.allowed_phases is not None and not phases.keys() & set(category.allowed_phases):
            yield _finding(pick, category, phases, _impossible(category.code, phases, facts), policy)


def _roots(picks: tuple[Pick, ...]) -> dict[str, Node]:
    return {pick.root.code: pick.root for pick in picks if pick.root is not None}


def _impossible(code: str, phases: dict[str, Node], facts: CicttPolicy) -> str | None:
    """Why the category cannot happen in any of the phases; None when it is merely unusual."""
    if code in facts.airborne_only and phases.keys() <= facts.ground_phases:
        return f"{code} happens in flight only, {' and '.join(phases)} is on the ground"
    if code in facts.ground_only and phases.keys() <= facts.airborne_phases:
        return f"{code} happens on the ground only, {' and '.join(phases)} is in flight"
    return None


def _finding(
    pick: Pick, category: Node, phases: dict[str, Node], impossible: str | None, policy: PhasePolicy
) -> Finding:
    named = ", ".join(f"{node.code} ({node.label})" for node in phases.values())
    usual = ", ".join(category.allowed_phases or ())
    reason = f"{impossible}; usual phases: {usual}" if impossible else f"its usual phases are {usual}"
    refuse = impossible is not None and policy is PhasePolicy.ENFORCE
    return Finding(
        rule=RULE,
        code="impossible_phase" if impossible else "unusual_phase",
        severity=Severity.ERROR if refuse else Severity.WARNING,
        control=pick.selection.control,
        region=pick.selection.region,
        message=f"{category.code} ({category.label}) does not fit phase {named}: {reason}.",
        values=(category.code, *phases),
    )
