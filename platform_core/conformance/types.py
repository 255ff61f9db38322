"""What a rule is and what it may find. Free of Django."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from platform_core.conformance.subject import Subject


class Tier(StrEnum):
    """What a plugin reaches whose rules of this tier and of those below it all hold."""

    BRONZE = "bronze"
    SILVER = "silver"
    GOLD = "gold"


TIERS: Final = (Tier.BRONZE, Tier.SILVER, Tier.GOLD)


class Kind(StrEnum):
    """How a rule is tried: by reading the source, or by running the plugin."""

    STATIC = "static"
    BEHAVIOUR = "behaviour"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One place where a plugin breaks a rule.

    Attributes:
        rule: id of the rule.
        where: `path:line` relative to the distribution, or what was called, as in `GET /api/orders/`.
        message: one sentence: what is wrong there.
    """

    rule: str
    where: str
    message: str

    def to_json(self) -> dict[str, str]:
        """Return plain JSON values, which `Finding(**...)` reads back."""
        return {"rule": self.rule, "where": self.where, "message": self.message}


Check = Callable[["Subject"], Iterable[tuple[str, str]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule; `docs/reference/rules/<id>.md` is its page.

    Attributes:
        id: `TP` and three digits; the first one is the family.
        title: what must hold, one sentence.
        tier: the lowest tier that needs it.
        mend: what an author does about a finding, one sentence.
        kind: how it is tried.
        waivable: whether a waiver counts; walls between organizations cannot be waived.
        check: of a static rule: yields (where, message); None for rules of behaviour, which run together.
    """

    id: str
    title: str
    tier: Tier
    mend: str
    kind: Kind
    waivable: bool = True
    check: Check | None = None

    @property
    def page(self) -> str:
        """Return the page of the documentation."""
        return f"docs/reference/rules/{self.id}.md"
