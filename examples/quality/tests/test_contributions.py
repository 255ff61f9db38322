import uuid
from datetime import UTC, datetime

from tenon_quality.handlers import count_annotation
from tenon_quality.models import Contribution

from platform_core.sdk import Event
from platform_core.sdk.testing.scopes import tenant_scope

CONTRIBUTIONS = "/api/quality/contributions/"


def test_annotations_are_counted_for_their_authors(
    api_client, annotate, result, task_ids, organization, deliver_events
):
    for task_id in task_ids:
        assert annotate(task_id, result).status_code == 201
    assert api_client.get(CONTRIBUTIONS).json()["count"] == 0
    for _ in range(2):
        deliver_events(organization)

    rows = api_client.get(CONTRIBUTIONS).json()["results"]
    assert [(row["member"], row["annotations"]) for row in rows] == [(api_client.member.pk, 2)]


def test_event_that_is_delivered_twice_counts_once(enabled, api_client):
    payload = {"completed_by": api_client.member.pk}
    event = Event(id=uuid.uuid4(), type="annotation.created", payload=payload, occurred_at=datetime.now(UTC))
    with tenant_scope(enabled):
        for _ in range(2):
            count_annotation(enabled, event)

        assert Contribution.objects.count() == 1


def test_annotators_do_not_see_what_others_did(organization, enabled, make_client):
    assert make_client(organization, role="AN").get(CONTRIBUTIONS).status_code == 403


def test_openapi_document_has_the_plugin_only_where_it_is_enabled(api_client, enabled, make_client, other_organization):
    here = api_client.get("/api/schema/?format=json").content
    there = make_client(other_organization).get("/api/schema/?format=json").content

    assert b"/api/quality/contributions/" in here
    assert b"quality" not in there
