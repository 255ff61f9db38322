"""Packs are installed once, follow the shipped file, and keep what the organization decided."""

import dataclasses

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tenon_aviation.models import TaxonomyNode, TaxonomyPack
from tenon_aviation.queries import load_packs
from tenon_aviation.services import install_packs, set_node_active
from tenon_aviation.taxonomy import PackRef, shipped_pack, shipped_packs

from platform_core.events.models import AuditEntry
from platform_core.sdk.errors import NotFoundError
from platform_core.sdk.views import Principal
from tenants.scope import tenant_scope

CATEGORIES = PackRef(key="cictt", version="4.7")


@pytest.fixture
def principal(aviation):
    from platform_core.members.models import Member

    member = Member.objects.get()
    return Principal(
        id=member.pk,
        email=member.email,
        username=member.email,
        role="OW",
        permissions=frozenset({"aviation.packs.view", "aviation.packs.change"}),
        organization=aviation,
        credential="platform",
    )


def load(aviation):
    return load_packs(schema=aviation.schema, refs=[CATEGORIES])[CATEGORIES]


def test_installed_packs_read_back_as_they_shipped(aviation):
    packs = load_packs(schema=aviation.schema, refs=[pack.ref for pack in shipped_packs()])
    assert packs == {pack.ref: pack for pack in shipped_packs()}


def test_second_installation_changes_nothing(aviation):
    before = list(TaxonomyPack.objects.values_list("pk", "updated_at"))
    assert [pack.changed for pack in install_packs()] == [False, False]
    assert list(TaxonomyPack.objects.values_list("pk", "updated_at")) == before


def test_installation_needs_a_constant_number_of_statements(aviation):
    TaxonomyPack.objects.all().delete()
    with CaptureQueriesContext(connection) as captured:
        install_packs(packs=[shipped_pack("cictt", "4.7")])
    few = len(captured)
    with CaptureQueriesContext(connection) as captured:
        install_packs(packs=[shipped_pack("cictt_phases", "1.3")])
    assert len(captured) == few + 1  # one more level


def test_a_corrected_file_is_followed_and_local_decisions_are_kept(aviation):
    TaxonomyNode.objects.filter(code="RE").update(active=False)
    shipped = shipped_pack("cictt", "4.7")
    nodes = [
        dataclasses.replace(node, label="Corrected") if node.code == "RI" else node
        for node in shipped.nodes
        if node.code != "WILD"
    ]
    corrected = dataclasses.replace(shipped.with_nodes(nodes), checksum="sha256:" + "0" * 64)
    ids = dict(TaxonomyNode.objects.values_list("code", "pk"))

    assert [pack.changed for pack in install_packs(packs=[corrected])] == [True]

    pack = load(aviation)
    assert pack.get("RI").label == "Corrected"
    assert not pack.get("RE").active
    assert not pack.get("WILD").active
    assert dict(TaxonomyNode.objects.values_list("code", "pk")) == ids


def test_loading_again_asks_one_query(aviation):
    load(aviation)
    with CaptureQueriesContext(connection) as captured:
        load(aviation)
    assert len(captured) == 1


def test_a_node_taken_out_of_use_is_seen_at_once_and_audited(aviation, principal):
    assert load(aviation).get("RE").active
    node = TaxonomyNode.objects.get(code="RE")
    set_node_active(actor=principal, node_id=node.pk, active=False)
    assert not load(aviation).get("RE").active
    entry = AuditEntry.objects.get(action="aviation.node_deactivated")
    assert (entry.actor_id, entry.target_id) == (principal.id, str(node.pk))
    assert entry.data == {"pack": "aviation:cictt@4.7", "code": "RE"}


def test_a_change_that_changes_nothing_is_not_audited(aviation, principal):
    set_node_active(actor=principal, node_id=TaxonomyNode.objects.get(code="RE").pk, active=True)
    assert not AuditEntry.objects.filter(target_type="aviation.node").exists()


def test_unknown_node_is_not_found(aviation, principal):
    with pytest.raises(NotFoundError):
        set_node_active(actor=principal, node_id=10**9, active=False)


def test_one_organization_never_sees_the_changes_of_another(other_organization, aviation, principal):
    from tenants.engine import migrate_here

    with tenant_scope(other_organization):
        migrate_here(frozenset({"aviation"}))
        install_packs()
    set_node_active(actor=principal, node_id=TaxonomyNode.objects.get(code="RE").pk, active=False)
    assert not load(aviation).get("RE").active
    with tenant_scope(other_organization):
        assert load(other_organization).get("RE").active
