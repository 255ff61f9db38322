"""V-EXCL: occurrence categories that cannot be true together."""

from collections.abc import Iterator

from tenon_aviation.rules.policy import cictt_policy
from tenon_aviation.rules.resolved import ResolvedCoding
from tenon_aviation.rules.types import Finding, Severity

RULE = "V-EXCL"


def check_exclusive(resolved: ResolvedCoding) -> Iterator[Finding]:
    """CFIT with LOC-I or LALT, and UNK with anything else, are errors."""
    policy = cictt_policy()
    picks = {pick.node.code: pick for pick in resolved.categories if pick.node is not None}
    for pair in policy.exclusions:
        if pair.first in picks and pair.second in picks:
            yield Finding(
                rule=RULE,
                code="excluded_pair",
                severity=Severity.ERROR,
                control=picks[pair.second].selection.control,
                region=picks[pair.second].selection.region,
                message=f"{pair.first} and {pair.second} cannot be coded together: {pair.reason}.",
                values=(pair.first, pair.second),
            )
    for code, reason in policy.alone.items():
        others = tuple(other for other in picks if other != code)
        if code in picks and others:
            yield Finding(
                rule=RULE,
                code="must_stand_alone",
                severity=Severity.ERROR,
                control=picks[code].selection.control,
                region=picks[code].selection.region,
                message=f"{code} cannot be coded together with {', '.join(others)}: {reason}.",
                values=(code, *others),
            )
