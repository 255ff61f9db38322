"""Reads of the taxonomy tables, always of the organization whose schema is current."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, reduce
from operator import or_
from typing import Any

from django.db.models import Count, Q, QuerySet

from platform_core.sdk.errors import NotFoundError
from tenon_aviation.models import TaxonomyNode, TaxonomyPack
from tenon_aviation.taxonomy.types import Node, Pack, PackRef

PACK_FIELDS = (
    "id", "key", "version", "title", "source", "licence", "credit", "notes", "locale", "status", "checksum",
    "created_at", "updated_at",
)  # fmt: skip
NODE_FIELDS = (
    "id", "pack_id", "parent_id", "code", "label", "definition", "level", "order", "active", "aliases",
    "allowed_phases", "external_ids", "created_at", "updated_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeFilter:
    """What a list of nodes is narrowed to; None leaves a field open.

    Attributes:
        parent: code of the parent; the empty text asks for the roots.
        search: part of a code or label, in any case.
    """

    parent: str | None = None
    level: int | None = None
    active: bool | None = None
    search: str | None = None


def pack_rows() -> QuerySet[TaxonomyPack, dict[str, Any]]:
    """All packs with `PACK_FIELDS` and `node_count`, by key and version."""
    packs = TaxonomyPack.objects.order_by("key", "version", "id")
    rows: QuerySet[TaxonomyPack, dict[str, Any]] = packs.values(*PACK_FIELDS, node_count=Count("nodes"))
    return rows


def pack_row(*, pk: int) -> dict[str, Any]:
    """One row of `pack_rows`; NotFoundError when there is none."""
    return _first(pack_rows().filter(pk=pk), "taxonomy pack", pk)


def node_row(*, pk: int) -> dict[str, Any]:
    """One row as in `node_rows`; NotFoundError when there is none."""
    rows = TaxonomyNode.objects.filter(pk=pk).values(*NODE_FIELDS, "parent__code")
    return _first(rows, "taxonomy value", pk)


def node_rows(*, pack_id: int, wanted: NodeFilter) -> QuerySet[TaxonomyNode, dict[str, Any]]:
    """Nodes of a pack with `NODE_FIELDS` and `parent__code`, in pack order; NotFoundError without such a pack."""
    if not TaxonomyPack.objects.filter(pk=pack_id).exists():
        raise NotFoundError(f"There is no taxonomy pack {pack_id}.")
    nodes = TaxonomyNode.objects.filter(pack_id=pack_id)
    if wanted.parent is not None:
        nodes = nodes.filter(parent__code=wanted.parent) if wanted.parent else nodes.filter(parent=None)
    if wanted.level is not None:
        nodes = nodes.filter(level=wanted.level)
    if wanted.active is not None:
        nodes = nodes.filter(active=wanted.active)
    if wanted.search:
        nodes = nodes.filter(Q(code__icontains=wanted.search) | Q(label__icontains=wanted.search))
    rows: QuerySet[TaxonomyNode, dict[str, Any]] = nodes.order_by("order", "id").values(*NODE_FIELDS, "parent__code")
    return rows


def _first(rows: QuerySet[Any, dict[str, Any]], kind: str, pk: int) -> dict[str, Any]:
    row = rows.first()
    if row is None:
        raise NotFoundError(f"There is no {kind} {pk}.")
    return row


def load_packs(*, schema: str, refs: Iterable[PackRef]) -> dict[PackRef, Pack]:
    """The installed packs among `refs`, as the rules want them.

    One query when nothing has changed since the last call in this process; `schema` keys the memory, so that no
    organization ever sees another's.
    """
    wanted = sorted(set(refs))
    if not wanted:
        return {}
    condition = reduce(or_, (Q(key=ref.key, version=ref.version) for ref in wanted))
    rows = TaxonomyPack.objects.filter(condition).values_list("id", "key", "version", "updated_at")
    return {
        PackRef(key=key, version=version): _pack(schema, pack_id, updated_at)
        for pack_id, key, version, updated_at in rows
    }


@lru_cache(maxsize=256)
def _pack(schema: str, pack_id: int, updated_at: datetime) -> Pack:  # noqa: ARG001 both make the memory's key
    pack = TaxonomyPack.objects.get(pk=pack_id)
    rows = TaxonomyNode.objects.filter(pack_id=pack_id).order_by("order", "id").values(*NODE_FIELDS, "parent__code")
    return Pack.build(
        ref=PackRef(key=pack.key, version=pack.version),
        nodes=[_node(row) for row in rows],
        title=pack.title,
        source=pack.source,
        licence=pack.licence,
        credit=pack.credit,
        locale=pack.locale,
        status=pack.status,
        checksum=pack.checksum,
        notes=pack.notes,
    )


def _node(row: dict[str, Any]) -> Node:
    phases: Sequence[str] | None = row["allowed_phases"]
    return Node(
        code=row["code"],
        label=row["label"],
        parent=row["parent__code"],
        level=row["level"],
        order=row["order"],
        definition=row["definition"],
        active=row["active"],
        aliases=tuple(row["aliases"]),
        allowed_phases=None if phases is None else tuple(phases),
        external_ids=row["external_ids"],
    )
