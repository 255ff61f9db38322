"""`waivers.toml` beside a plugin's `pyproject.toml`: which findings are accepted, why, until when. Free of Django."""

import datetime as dt
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from platform_core.conformance.catalogue import RULES
from platform_core.conformance.errors import ProveError
from platform_core.conformance.types import Finding

WAIVERS_NAME = "waivers.toml"
_KEYS = {"rule", "reason", "until", "where"}
_SHORTEST_REASON = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """One accepted exception.

    Attributes:
        rule: id of the rule.
        reason: why it is right here, for whoever enables the plugin.
        until: last day on which it counts.
        where: what a finding's place must begin with; None means any.
    """

    rule: str
    reason: str
    until: dt.date
    where: str | None = None

    def covers(self, finding: Finding, today: dt.date) -> bool:
        """Say whether a finding is accepted."""
        matches = self.rule == finding.rule and finding.where.startswith(self.where or "")
        return matches and today <= self.until

    def to_json(self) -> dict[str, str | None]:
        """Return plain JSON values."""
        return {"rule": self.rule, "reason": self.reason, "until": self.until.isoformat(), "where": self.where}


def read_waivers(root: Path) -> tuple[Waiver, ...]:
    """Return the waivers of a distribution; a missing file means none.

    Raises:
        ProveError: the file is malformed, or waives what cannot be waived.
    """
    file = root / WAIVERS_NAME
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ProveError(f"{file}: cannot be read as TOML ({error})") from error
    items = table.get("waivers", [])
    if set(table) - {"waivers"} or not isinstance(items, list):
        raise ProveError(f"{file}: write tables [[waivers]] with rule, reason, until, and perhaps where")
    return tuple(_read(file, index, item) for index, item in enumerate(items))


def _read(file: Path, index: int, item: object) -> Waiver:
    place = f"{file}: waivers[{index}]"
    if not isinstance(item, dict) or set(item) - _KEYS:
        raise ProveError(f"{place}: known keys are {', '.join(sorted(_KEYS))}")
    rule, reason, until, where = (item.get(key) for key in ("rule", "reason", "until", "where"))
    if not isinstance(rule, str) or rule not in RULES:
        raise ProveError(f"{place}: {rule!r} is no rule")
    if not RULES[rule].waivable:
        raise ProveError(f"{place}: {rule} cannot be waived: {RULES[rule].title}")
    if not isinstance(reason, str) or len(reason.strip()) < _SHORTEST_REASON:
        raise ProveError(f"{place}: give a reason of at least {_SHORTEST_REASON} characters")
    if not isinstance(until, dt.date) or isinstance(until, dt.datetime):
        raise ProveError(f"{place}: give 'until' as a date, as in 2027-06-30")
    if where is not None and not isinstance(where, str):
        raise ProveError(f"{place}: give 'where' as the beginning of the finding's place")
    return Waiver(rule=rule, reason=reason.strip(), until=until, where=where)


def waiver_of(finding: Finding, waivers: Sequence[Waiver], today: dt.date) -> Waiver | None:
    """Return the waiver that accepts a finding, or None."""
    return next((waiver for waiver in waivers if waiver.covers(finding, today)), None)
