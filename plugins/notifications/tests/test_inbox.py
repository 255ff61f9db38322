from datetime import timedelta

import pytest
from django.utils import timezone
from tenon_notifications.models import Notification

from platform_core.sdk.testing.scopes import tenant_scope

INBOX = "/api/notifications/"


def texts(client, query=""):
    return [item["text"] for item in client.get(f"{INBOX}{query}").json()["results"]]


def test_who_imported_is_told_and_nobody_else(here, client, make_client, import_tasks, settle):
    manager = make_client(here, role="MA")
    settle()
    project = import_tasks(by=manager)
    settle()

    page = manager.get(INBOX).json()
    (item,) = [item for item in page["results"] if item["type"] == "tasks.imported"]
    assert item["text"].endswith(f"into project {project} is finished: 1 tasks.")
    assert (item["data"]["project"], item["read_at"]) == (project, None)
    assert [item for item in client.get(INBOX).json()["results"] if item["type"] == "tasks.imported"] == []


def test_member_is_told_of_a_new_role(here, client, make_client, settle):
    annotator = make_client(here, role="AN")
    client.patch(f"/api/members/{annotator.member.pk}/", {"role": "RE"})
    settle()

    assert texts(annotator)[0] == "Your role is RE now; it was AN."


def test_failed_job_is_told_and_a_finished_one_is_not(here, client, settle):
    # Inline: models can be imported only after Django's set-up.
    from platform_core.jobs.claims import Outcome, claim
    from platform_core.jobs.claims import settle as end
    from platform_core.jobs.models import Job
    from platform_core.jobs.types import QUEUES

    with tenant_scope(here):
        for status in ("completed", "failed"):
            row = Job.objects.create(function="a.work", run_after=timezone.now(), created_by_id=client.member.pk)
            end(claim(here, worker="test", queues=QUEUES, job_id=row.pk), Outcome(status=status))
    settle()

    assert texts(client) == ["The job work failed."]


def test_admins_are_told_of_plugins(here, client, make_client, settle):
    manager = make_client(here, role="MA")
    settle()
    with tenant_scope(here):
        # Inline: models can be imported only after Django's set-up.
        from django.db import transaction

        from platform_core.sdk.events import emit_event

        with transaction.atomic():
            emit_event(type="plugin.disabled", payload={"plugin": "orders", "version": "1.0.0"})
            emit_event(type="plugin.enabled", payload={"plugin": "quiet", "version": "1.0.0", "default": True})
    settle()

    assert texts(client) == ["Plugin orders: disabled."]
    assert "Plugin orders: disabled." not in texts(manager)


def test_event_that_is_delivered_twice_is_told_once(here, client, import_tasks, settle):
    # Inline: models can be imported only after Django's set-up.
    from platform_core.events.models import EventDelivery, StreamMessage

    import_tasks()
    settle()
    with tenant_scope(here):
        EventDelivery.objects.update(status="pending", next_attempt_at=timezone.now())
        streamed = StreamMessage.objects.filter(data__type="tasks.imported").count()
    settle()

    assert len([text for text in texts(client) if text.startswith("Import")]) == 1
    with tenant_scope(here):
        assert StreamMessage.objects.filter(data__type="tasks.imported").count() == streamed


def test_open_pages_are_told(here, client, import_tasks, settle):
    # Inline: models can be imported only after Django's set-up.
    from platform_core.events.models import StreamMessage

    import_tasks()
    settle()
    (item,) = client.get(INBOX).json()["results"]

    with tenant_scope(here):
        message = StreamMessage.objects.get(data__type="tasks.imported")
    assert (message.member_id, message.type) == (client.member.pk, "notification")
    assert message.data["notification"] == item["id"]


def test_inbox_is_paged_and_filtered_and_read(client, import_tasks, settle):
    for _ in range(5):
        import_tasks()
    settle()
    first = client.get(f"{INBOX}?page_size=2").json()
    second = client.get(f"{INBOX}?page_size=2&before_id={first['next_before_id']}").json()
    ids = [item["id"] for page in (first, second) for item in page["results"]]
    assert (ids, first["unread"]) == (sorted(ids, reverse=True), 5)

    marked = client.patch(f"{INBOX}{ids[0]}/", {"read": True}).json()

    assert marked["read_at"] is not None
    assert client.get(INBOX).json()["unread"] == 4
    assert [item["id"] for item in client.get(f"{INBOX}?unread=false").json()["results"]] == [ids[0]]
    assert client.patch(f"{INBOX}{ids[0]}/", {"read": False}).json()["read_at"] is None
    assert client.post(f"{INBOX}read-all/").json() == {"read": 5}
    assert client.get(f"{INBOX}?unread=true").json() == {"unread": 0, "next_before_id": None, "results": []}


def test_member_may_not_want_to_be_told(client, import_tasks, settle):
    wishes = client.patch(f"{INBOX}preferences/", {"preferences": {"tasks.imported": False}}).json()
    assert {wish["type"]: wish["enabled"] for wish in wishes}["tasks.imported"] is False
    import_tasks()
    settle()
    assert texts(client) == []

    client.patch(f"{INBOX}preferences/", {"preferences": {"tasks.imported": True}})
    import_tasks()
    settle()
    assert len(texts(client)) == 1


def test_annotators_are_not_offered_what_admins_are_told(here, make_client, client):
    annotator = make_client(here, role="AN")

    assert "plugin.enabled" not in {wish["type"] for wish in annotator.get(f"{INBOX}preferences/").json()}
    refused = annotator.patch(f"{INBOX}preferences/", {"preferences": {"plugin.enabled": True}})
    assert (refused.status_code, list(refused.json()["validation_errors"])) == (400, ["preferences"])


def test_nobody_reads_or_marks_anothers_inbox(here, there, client, make_client, import_tasks, settle):
    import_tasks()
    settle()
    (item,) = client.get(INBOX).json()["results"]

    for other in (make_client(here, role="AD"), make_client(here, role="OW", email="second@owner.example")):
        assert other.patch(f"{INBOX}{item['id']}/", {"read": True}).status_code == 404
        assert item["text"] not in texts(other)
    stranger = make_client(there)
    assert stranger.patch(f"{INBOX}{item['id']}/", {"read": True}).status_code == 404
    assert client.get(INBOX).json()["unread"] == 1


@pytest.mark.parametrize("query", ["?unread=perhaps", "?before_id=x", "?page_size=0", f"?before_id={2**70}"])
def test_malformed_queries_are_refused(client, query):
    assert client.get(f"{INBOX}{query}").status_code == 400


def test_old_entries_are_forgotten(here, client, import_tasks, settle):
    import_tasks()
    settle()
    with tenant_scope(here):
        Notification.objects.update(created_at=timezone.now() - timedelta(days=91))
    import_tasks()
    settle()

    with tenant_scope(here):
        assert Notification.objects.filter(member=client.member.pk).count() == 1


def test_nothing_is_kept_for_events_without_a_notice(here, client, import_tasks, settle, deliveries):
    project = import_tasks()
    task = client.get(f"/api/tasks/?project={project}").json()["tasks"][0]["id"]
    settle()
    before = deliveries("notifications")
    assert client.patch(f"/api/tasks/{task}/", {"meta": {"seen": True}}).status_code == 200
    settle()

    assert deliveries("notifications") == before
