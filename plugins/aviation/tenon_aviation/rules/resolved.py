"""A coding with its values looked up, shared by all rules so that each value is found once."""

from collections.abc import Mapping
from dataclasses import dataclass

from tenon_aviation.rules.coding import Coding, Selection
from tenon_aviation.rules.policy import CICTT_CATEGORIES, CICTT_PHASES
from tenon_aviation.taxonomy.types import Node, Pack, PackRef, Resolution


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """A selection, the pack it belongs to, and what each step of its path was found to be (None: nothing)."""

    selection: Selection
    pack: Pack
    steps: tuple[Resolution | None, ...]

    @property
    def node(self) -> Node | None:
        """The value that was meant: the last step, when it is known."""
        last = self.steps[-1]
        return None if last is None else last.node

    @property
    def root(self) -> Node | None:
        """The top-level node above the value."""
        return None if self.node is None else self.pack.path(self.node)[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedCoding:
    """Picks of all bound controls whose pack is at hand, plus the refs of packs that are not."""

    coding: Coding
    picks: tuple[Pick, ...]
    missing: Mapping[str, PackRef]

    def of(self, key: str) -> tuple[Pick, ...]:
        """Known picks of the pack with this key, one for each distinct value."""
        seen: dict[str, Pick] = {}
        for pick in self.picks:
            if pick.pack.ref.key == key and pick.node is not None:
                seen.setdefault(pick.node.code, pick)
        return tuple(seen.values())

    @property
    def categories(self) -> tuple[Pick, ...]:
        """Distinct occurrence categories."""
        return self.of(CICTT_CATEGORIES)

    @property
    def phases(self) -> tuple[Pick, ...]:
        """Distinct phases and subphases."""
        return self.of(CICTT_PHASES)


def resolve_coding(coding: Coding, packs: Mapping[PackRef, Pack]) -> ResolvedCoding:
    """Look up every selection in the pack its control is bound to."""
    picks = tuple(
        Pick(selection=selection, pack=pack, steps=tuple(pack.resolve(step) for step in selection.path))
        for selection in coding.selections
        if (pack := packs.get(coding.bindings[selection.control])) is not None
    )
    missing = {control: ref for control, ref in coding.bindings.items() if ref not in packs}
    return ResolvedCoding(coding=coding, picks=picks, missing=missing)
