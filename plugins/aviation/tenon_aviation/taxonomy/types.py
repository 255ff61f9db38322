"""Immutable taxonomy packs: what a pack holds and how a written value is found in it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Self

from tenon_aviation.taxonomy.errors import PackError

SLUG = "aviation"
_HEAD = ("title", "source", "licence", "credit", "locale", "status", "checksum", "notes")


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class PackRef:
    """Key and version of a pack; written `aviation:key@version` in a label config."""

    key: str
    version: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `key@version` or `aviation:key@version`; ValueError when it is neither."""
        key, separator, version = text.removeprefix(f"{SLUG}:").partition("@")
        if not (key and separator and version) or ":" in key:
            raise ValueError(f"{text!r} is not of the form {SLUG}:key@version")
        return cls(key=key, version=version)

    def __str__(self) -> str:
        return f"{SLUG}:{self.key}@{self.version}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One value of a taxonomy.

    Attributes:
        parent: code of the node above, None for a root.
        level: 1 for a root.
        aliases: older or differently written codes that mean this node.
        allowed_phases: codes of phases in which the value usually occurs; None means any.
        external_ids: identifiers in other systems, by system; an unproven one says `"status": "unconfirmed"`.
    """

    code: str
    label: str
    parent: str | None
    level: int
    order: int
    definition: str
    active: bool = True
    aliases: tuple[str, ...] = ()
    allowed_phases: tuple[str, ...] | None = None
    external_ids: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """A written value that was found: `exact` is False when it was an alias or differed in case or blanks."""

    node: Node
    exact: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """A taxonomy in one version with its nodes in display order, a parent always before its children."""

    ref: PackRef
    title: str
    source: str
    licence: str
    credit: str
    locale: str
    status: str
    checksum: str
    notes: str
    nodes: tuple[Node, ...]
    _by_code: Mapping[str, Node]
    _by_folded: Mapping[str, Node]

    @classmethod
    def build(cls, *, ref: PackRef, nodes: Iterable[Node], **head: str) -> Self:
        """Index the nodes; PackError on a repeated code or alias, a missing parent or a wrong level."""
        ordered = tuple(nodes)
        by_code: dict[str, Node] = {}
        for node in ordered:
            _check_place(ref, node, by_code)
            by_code[node.code] = node
        return cls(
            ref=ref,
            nodes=ordered,
            _by_code=MappingProxyType(by_code),
            _by_folded=MappingProxyType(_folded_index(ref, ordered)),
            **head,
        )

    def with_nodes(self, nodes: Iterable[Node]) -> Self:
        """The same pack over other nodes, as an organization may have changed them."""
        head = {key: getattr(self, key) for key in _HEAD}
        return self.build(ref=self.ref, nodes=nodes, **head)

    def get(self, code: str) -> Node | None:
        """The node of exactly this code."""
        return self._by_code.get(code)

    def resolve(self, written: str) -> Resolution | None:
        """Find a node by code or alias, forgiving case and surrounding blanks."""
        node = self._by_code.get(written)
        if node is not None:
            return Resolution(node=node, exact=True)
        node = self._by_folded.get(_fold(written))
        return None if node is None else Resolution(node=node, exact=False)

    def path(self, node: Node) -> tuple[Node, ...]:
        """The nodes from the root down to `node`, both included."""
        trail = [node]
        while trail[-1].parent is not None:
            trail.append(self._by_code[trail[-1].parent])
        return tuple(reversed(trail))

    def children(self, code: str | None) -> tuple[Node, ...]:
        """Nodes directly below `code`; the roots for None."""
        return tuple(node for node in self.nodes if node.parent == code)


def _fold(text: str) -> str:
    return " ".join(text.split()).casefold()


def _check_place(ref: PackRef, node: Node, above: Mapping[str, Node]) -> None:
    if node.code in above:
        raise PackError(str(ref), f"code {node.code!r} appears twice")
    if node.parent is None:
        expected = 1
    elif node.parent in above:
        expected = above[node.parent].level + 1
    else:
        raise PackError(str(ref), f"{node.code!r} names the parent {node.parent!r}, which does not come before it")
    if node.level != expected:
        raise PackError(str(ref), f"{node.code!r} is on level {node.level} but belongs on level {expected}")


def _folded_index(ref: PackRef, nodes: Iterable[Node]) -> dict[str, Node]:
    index: dict[str, Node] = {}
    for node in nodes:
        for name in {_fold(name) for name in (node.code, *node.aliases)}:
            other = index.setdefault(name, node)
            if other is not node:
                raise PackError(str(ref), f"{name!r} means both {other.code!r} and {node.code!r}")
    return index
