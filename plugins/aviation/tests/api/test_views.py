"""The endpoints: what they answer, to whom, and with how many queries."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIRequestFactory, force_authenticate
from tenon_aviation.api import views
from tenon_aviation.models import TaxonomyNode, TaxonomyPack

from platform_core.sdk.views import Principal

READ = frozenset({"aviation.packs.view"})


@pytest.fixture
def call(aviation):
    from platform_core.members.models import Member

    member = Member.objects.get()

    def send(view, method="get", *, permissions=READ, data=None, **kwargs):
        principal = Principal(
            id=member.pk,
            email=member.email,
            username=member.email,
            role="AN",
            permissions=permissions,
            organization=aviation,
            credential="platform",
        )
        request = getattr(APIRequestFactory(), method)(
            "/api/aviation/", data, format=None if method == "get" else "json"
        )
        force_authenticate(request, principal)
        return view.as_view()(request, **kwargs)

    return send


def pack_id(key="cictt"):
    return TaxonomyPack.objects.get(key=key).pk


def codes(answer):
    return [node["code"] for node in answer.data["results"]]


def test_packs_are_listed_with_their_reference_and_size(call):
    answer = call(views.PackListAPI)
    assert answer.status_code == 200
    assert [(pack["ref"], pack["node_count"]) for pack in answer.data["results"]] == [
        ("aviation:cictt@4.7", 36),
        ("aviation:cictt_phases@1.3", 44),
    ]


def test_one_pack_is_read(call):
    answer = call(views.PackAPI, pk=pack_id())
    assert (answer.data["key"], answer.data["credit"]) == ("cictt", "CAST/ICAO Common Taxonomy Team (CICTT)")


@pytest.mark.parametrize("unknown", [10**9, 10**30])
@pytest.mark.parametrize("view", [views.PackAPI, views.NodeListAPI, views.NodeAPI])
def test_unknown_ids_are_not_found(call, view, unknown):
    assert call(view, pk=unknown).status_code == 404


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"parent": "TOF"}, ["TOF-TAKEOFF", "TOF-REJECTED"]),
        ({"parent": "", "search": "climb"}, ["ICL"]),
        ({"search": "go-around"}, ["APR-MISSED"]),
        ({"level": "2", "search": "tof-r"}, ["TOF-REJECTED"]),
        ({"active": "false"}, ["UND"]),
        ({"parent": "NOWHERE"}, []),
    ],
)
def test_nodes_are_filtered(call, query, expected):
    TaxonomyNode.objects.filter(code="UND").update(active=False)
    assert codes(call(views.NodeListAPI, pk=pack_id("cictt_phases"), data=query)) == expected


def test_nodes_are_paged_in_pack_order(call):
    answer = call(views.NodeListAPI, pk=pack_id(), data={"page_size": "3", "page": "2"})
    assert (codes(answer), answer.data["count"]) == (["ATM", "BIRD", "CABIN"], 36)


@pytest.mark.parametrize("query", [{"level": "x"}, {"level": "0"}, {"active": "maybe"}, {"search": "x" * 201}])
def test_bad_filters_are_refused(call, query):
    answer = call(views.NodeListAPI, pk=pack_id(), data=query)
    assert answer.status_code == 400
    assert set(answer.data["validation_errors"]) == set(query)


@pytest.mark.parametrize("size", ["1", "3"])
def test_listing_nodes_needs_the_same_queries_for_any_page(steady_gate, call, size):
    pack = pack_id()
    with CaptureQueriesContext(connection) as captured:
        call(views.NodeListAPI, pk=pack, data={"page_size": size})
    assert len(captured) == 3


def test_a_node_is_taken_out_of_use_with_the_permission_only(call):
    node = TaxonomyNode.objects.get(code="RE")
    refused = call(views.NodeAPI, "patch", pk=node.pk, data={"active": False})
    assert refused.status_code == 403
    changed = call(
        views.NodeAPI, "patch", pk=node.pk, data={"active": False}, permissions=READ | {"aviation.packs.change"}
    )
    assert (changed.status_code, changed.data["code"], changed.data["active"]) == (200, "RE", False)
    assert call(views.NodeAPI, pk=node.pk).data["active"] is False


@pytest.mark.parametrize("body", [{}, {"active": "perhaps"}, {"active": None}, []])
def test_a_bad_change_is_refused_and_nothing_is_written(call, body):
    node = TaxonomyNode.objects.get(code="RE")
    answer = call(views.NodeAPI, "patch", pk=node.pk, data=body, permissions=frozenset({"aviation.packs.change"}))
    assert answer.status_code == 400
    node.refresh_from_db()
    assert node.active


@pytest.mark.parametrize("view", [views.PackListAPI, views.TemplateListAPI])
def test_without_the_permission_nothing_is_shown(call, view):
    assert call(view, permissions=frozenset()).status_code == 403


def test_templates_are_listed_with_their_config(call):
    (template,) = call(views.TemplateListAPI).data["results"]
    assert template["key"] == "cictt_quick_coding"
    assert 'taxonomy="aviation:cictt@4.7"' in template["label_config"]
