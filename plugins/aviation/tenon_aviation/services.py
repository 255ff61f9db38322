"""Writes of the taxonomy tables."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from django.db import transaction

from platform_core.sdk.audit import record_audit
from platform_core.sdk.errors import NotFoundError
from platform_core.sdk.views import Principal
from tenon_aviation.models import TaxonomyNode, TaxonomyPack
from tenon_aviation.taxonomy.loader import shipped_packs
from tenon_aviation.taxonomy.types import Node, Pack, PackRef

_PACK_HEAD = ("title", "source", "licence", "credit", "notes", "locale", "status", "checksum")
_NODE_BODY = (
    "parent", "label", "definition", "level", "order", "aliases", "allowed_phases", "external_ids", "updated_at"
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalledPack:
    """Outcome for one pack; `changed` is False when the organization had exactly this content already."""

    ref: PackRef
    changed: bool


@transaction.atomic
def install_packs(*, packs: Iterable[Pack] | None = None) -> tuple[InstalledPack, ...]:
    """Copy packs into the current organization; None means all that ship with the plugin.

    Idempotent. Where a pack is there with another checksum, its texts follow the file, new values come in, values that
    left the file become inactive, and what the organization had switched off stays off.
    """
    return tuple(_install(pack) for pack in (shipped_packs() if packs is None else packs))


@transaction.atomic
def set_node_active(*, actor: Principal, node_id: int, active: bool) -> None:
    """Take a value out of use, or back into use. Annotations keep it; new ones with it are refused while it is out.

    Raises:
        NotFoundError: there is no such value here.
    """
    node = TaxonomyNode.objects.select_for_update(of=("self",)).select_related("pack").filter(pk=node_id).first()
    if node is None:
        raise NotFoundError(f"There is no taxonomy value {node_id}.")
    if node.active == active:
        return
    node.active = active
    node.save(update_fields=["active", "updated_at"])
    # The rules keep packs in memory by this time stamp.
    node.pack.save(update_fields=["updated_at"])
    record_audit(
        actor=actor,
        action="aviation.node_activated" if active else "aviation.node_deactivated",
        target_type="aviation.node",
        target_id=node.pk,
        data={"pack": str(node.pack), "code": node.code},
    )


def _install(pack: Pack) -> InstalledPack:
    head = {name: getattr(pack, name) for name in _PACK_HEAD}
    row, created = TaxonomyPack.objects.select_for_update().get_or_create(
        key=pack.ref.key, version=pack.ref.version, defaults=head
    )
    changed = created or row.checksum != pack.checksum
    if changed:
        _write_nodes(row, pack)
        for name, value in head.items():
            setattr(row, name, value)
        row.save(update_fields=[*_PACK_HEAD, "updated_at"])
    return InstalledPack(ref=pack.ref, changed=changed)


def _write_nodes(row: TaxonomyPack, pack: Pack) -> None:
    """One statement a level, because a child needs the id of its parent."""
    ids: dict[str, int] = {}
    levels = sorted(pack.nodes, key=lambda node: node.level)
    for _, nodes in groupby(levels, key=lambda node: node.level):
        written = TaxonomyNode.objects.bulk_create(
            [_node_row(row, node, ids) for node in nodes],
            update_conflicts=True,
            unique_fields=["pack", "code"],
            update_fields=_NODE_BODY,
        )
        ids.update((node.code, node.pk) for node in written)
    TaxonomyNode.objects.filter(pack=row).exclude(code__in=ids).update(active=False)


def _node_row(row: TaxonomyPack, node: Node, ids: dict[str, int]) -> TaxonomyNode:
    return TaxonomyNode(
        pack=row,
        parent_id=None if node.parent is None else ids[node.parent],
        code=node.code,
        label=node.label,
        definition=node.definition,
        level=node.level,
        order=node.order,
        active=node.active,
        aliases=list(node.aliases),
        allowed_phases=None if node.allowed_phases is None else list(node.allowed_phases),
        external_ids=dict(node.external_ids),
    )
