"""From findings to a verdict: what each rule came to, and the tier. Free of Django."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from platform_core.conformance.catalogue import RULES
from platform_core.conformance.types import TIERS, Finding, Rule, Tier
from platform_core.conformance.waivers import Waiver, waiver_of


class State(StrEnum):
    """What a rule came to."""

    PASSED = "passed"
    WAIVED = "waived"
    FAILED = "failed"
    SKIPPED = "skipped"  # the plugin has nothing that the rule is about
    NOT_RUN = "not_run"  # something before it failed


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one rule came to.

    Attributes:
        rule: which.
        state: see `State`.
        findings: those that no waiver accepts.
        waived: the others, with their waivers.
        tried: how many things were tried; None where that is not counted.
        reason: why it did not run.
    """

    rule: Rule
    state: State
    findings: tuple[Finding, ...] = ()
    waived: tuple[tuple[Finding, Waiver], ...] = ()
    tried: int | None = None
    reason: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "rule": self.rule.id,
            "title": self.rule.title,
            "tier": self.rule.tier.value,
            "state": self.state.value,
            "tried": self.tried,
            "reason": self.reason,
            "mend": self.rule.mend,
            "page": self.rule.page,
            "findings": [finding.to_json() for finding in self.findings],
            "waived": [{**finding.to_json(), "waiver": waiver.to_json()} for finding, waiver in self.waived],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The whole proof of one plugin.

    Attributes:
        slug: of the plugin.
        version: of the plugin; None when its manifest is wrong.
        outcomes: one a rule, in order of ids.
        unused: waivers that accept nothing any more.
        seconds: how long it took.
        partial: only some rules were asked for, so there is no tier.
    """

    slug: str
    version: str | None
    outcomes: tuple[Outcome, ...]
    unused: tuple[Waiver, ...]
    seconds: float
    partial: bool = False

    @property
    def tier(self) -> Tier | None:
        """Return the highest tier whose rules, and those of the tiers below, all hold; None for none."""
        reached = None
        if self.partial:
            return None
        for tier in TIERS:
            if any(outcome.rule.tier is tier and not _holds(outcome) for outcome in self.outcomes):
                break
            reached = tier
        return reached

    @property
    def failed(self) -> tuple[Outcome, ...]:
        """Return the rules that do not hold."""
        return tuple(outcome for outcome in self.outcomes if not _holds(outcome))

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "plugin": self.slug,
            "version": self.version,
            "tier": self.tier.value if self.tier is not None else None,
            "seconds": round(self.seconds, 1),
            "rules": [outcome.to_json() for outcome in self.outcomes],
            "unused_waivers": [waiver.to_json() for waiver in self.unused],
        }


def _holds(outcome: Outcome) -> bool:
    return outcome.state in (State.PASSED, State.WAIVED, State.SKIPPED)


def judge(
    findings: Sequence[Finding],
    *,
    tried: Mapping[str, int],
    skipped: Mapping[str, str],
    not_run: Mapping[str, str],
    waivers: Sequence[Waiver],
    today: dt.date,
) -> tuple[tuple[Outcome, ...], tuple[Waiver, ...]]:
    """Return the outcome of every rule, and the waivers that were of no use.

    Args:
        skipped: rule id to why the plugin has nothing that it is about.
        not_run: rule id to why it could not run.
    """
    outcomes, used = [], set()
    for rule in RULES.values():
        own = [finding for finding in findings if finding.rule == rule.id]
        pairs = [(finding, waiver_of(finding, waivers, today)) for finding in own]
        waived = tuple((finding, waiver) for finding, waiver in pairs if waiver is not None)
        left = tuple(finding for finding, waiver in pairs if waiver is None)
        used |= {id(waiver) for _, waiver in waived}
        reason = not_run.get(rule.id) or skipped.get(rule.id)
        if left:
            state = State.FAILED
        elif rule.id in not_run:
            state = State.NOT_RUN
        elif waived:
            state = State.WAIVED
        else:
            state = State.SKIPPED if rule.id in skipped else State.PASSED
        outcome = Outcome(rule=rule, state=state, findings=left, waived=waived, tried=tried.get(rule.id), reason=reason)
        outcomes.append(outcome)
    return tuple(outcomes), tuple(waiver for waiver in waivers if id(waiver) not in used)
