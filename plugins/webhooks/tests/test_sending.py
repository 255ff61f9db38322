import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import jsonschema
import pytest
from django.utils import timezone
from standardwebhooks.webhooks import Webhook as Verifier
from standardwebhooks.webhooks import WebhookVerificationError
from tenon_webhooks import bodies
from tenon_webhooks.description import sections
from tenon_webhooks.models import Attempt, Delivery, Webhook
from tenon_webhooks.services import sending
from tenon_webhooks.services.sending import DELAYS, attempt_delivery, retry_after_seconds, retry_delay

from platform_core.sdk.events import known_event_types
from platform_core.sdk.testing.scopes import records_of, tenant_scope

WEBHOOKS = "/api/webhooks/"


def make_due(organization):
    # Inline: models can be imported only after Django's set-up.
    from platform_core.jobs.models import Job

    with tenant_scope(organization):
        Job.objects.filter(status="queued").update(run_after=timezone.now() - timedelta(seconds=1))


def log_of(client, webhook, **query):
    path = f"{WEBHOOKS}{webhook['id']}/deliveries/?" + "&".join(f"{name}={value}" for name, value in query.items())
    return client.get(path).json()["results"]


def test_annotation_arrives_signed_with_its_task_and_project(
    client, here, make_webhook, receiver, import_tasks, annotate, project, settle
):
    (task,) = import_tasks("Anna shouts.")
    settle()
    hook = make_webhook(
        project=project, actions=["ANNOTATION_CREATED"], send_for_all_actions=False, headers={"X-Team": "north"}
    )
    annotation = annotate(task)
    settle()

    ((path, headers, body),) = receiver.calls
    message = Verifier(hook["secret"]).verify(body, headers)
    assert (path, headers["X-Team"], headers["Content-Type"]) == ("/hook", "north", "application/json")
    assert (message["action"], message["annotation"]["id"]) == ("ANNOTATION_CREATED", annotation["id"])
    assert message["annotation"]["result"][0]["value"] == {"choices": ["calm"]}
    assert "unique_id" in message["annotation"]
    assert (message["task"]["id"], message["project"]["id"]) == (task, project)
    (entry,) = log_of(client, hook)
    assert (entry["status"], entry["message_id"]) == ("delivered", headers["webhook-id"])
    assert (entry["attempts"][0]["response_status"], entry["attempts"][0]["response_excerpt"]) == (200, "ok")


def test_messages_match_the_published_schemas(here, make_webhook, receiver, import_tasks, annotate, settle, client):
    make_webhook()
    first, second = import_tasks("Anna shouts.", "Rain.")
    made = annotate(first)
    client.patch(f"/api/annotations/{made['id']}/", {"lead_time": 3})
    client.delete(f"/api/annotations/{made['id']}/")
    client.patch(f"/api/tasks/{first}/", {"meta": {"seen": True}})
    client.delete(f"/api/tasks/{second}/")
    settle()

    with tenant_scope(here):
        described = sections(known_event_types())
    for message in receiver.bodies:
        body = described[message["action"]]["post"]["requestBody"]["content"]["application/json"]
        jsonschema.validate(message, body["schema"])
    seen = {message["action"] for message in receiver.bodies}
    assert seen >= {"TASKS_CREATED", "IMPORT_FINISHED", "ANNOTATION_CREATED", "TASK_COMPLETED", "ANNOTATIONS_DELETED"}
    assert seen >= {"ANNOTATION_UPDATED", "TASKS_DELETED", "TASK_UPDATED"}


def test_no_message_carries_a_secret(client, make_webhook, receiver, project, settle, import_tasks):
    change = {"task_data_login": "login-of-media", "task_data_password": "password-of-media"}
    assert client.patch(f"/api/projects/{project}/", change).status_code == 200
    hook = make_webhook()
    import_tasks("Rain.")
    client.patch(f"/api/projects/{project}/", {"description": "changed"})
    settle()

    sent = "".join(body for _, _, body in receiver.calls)
    assert "PROJECT_UPDATED" in sent
    for secret in ("login-of-media", "password-of-media", hook["secret"], client.api_key):
        assert secret not in sent
    for key in ("task_data_login", "task_data_password", "token"):
        assert all(key not in message.get("project", {}) for message in receiver.bodies)


def test_without_payload_only_the_action_is_sent(make_webhook, receiver, import_tasks, settle):
    make_webhook(send_payload=False, send_for_all_actions=False, actions=["TASKS_CREATED"])
    import_tasks("Rain.")
    settle()

    assert receiver.bodies == [{"action": "TASKS_CREATED"}]


def test_big_import_comes_in_parts_one_after_the_other(make_webhook, receiver, import_tasks, settle, monkeypatch):
    monkeypatch.setattr(bodies, "TASKS_A_MESSAGE", 2)
    make_webhook(send_for_all_actions=False, actions=["TASKS_CREATED"])
    ids = import_tasks("a", "b", "c", "d", "e")
    settle()

    assert [message["part"] for message in receiver.bodies] == [0, 1, 2]
    assert [task["id"] for message in receiver.bodies for task in message["tasks"]] == ids
    assert len({headers["webhook-id"] for _, headers, _ in receiver.calls}) == 3


def test_webhook_of_a_project_hears_of_no_other_and_of_nothing_organization_wide(
    client, make_webhook, receiver, project, settle, import_tasks
):
    other = client.post("/api/projects/", {"title": "Other"}).json()["id"]
    make_webhook(project=other)
    import_tasks("Rain.")
    client.post("/api/projects/", {"title": "Third"})
    settle()

    assert receiver.calls == []


def test_failed_attempt_is_made_again_with_the_same_id_and_body(
    client, here, make_webhook, receiver, import_tasks, settle
):
    hook = make_webhook(send_for_all_actions=False, actions=["TASKS_CREATED"])
    receiver.answer = (503, {})
    import_tasks("Rain.")
    settle()
    (entry,) = log_of(client, hook, status="pending")
    assert entry["attempts"][0]["response_status"] == 503
    due = datetime.fromisoformat(entry["next_attempt_at"]) - timezone.now()
    assert timedelta(seconds=3) < due < timedelta(seconds=7)
    receiver.answer = (200, {})
    make_due(here)
    settle()

    (_, first, one), (_, second, two) = receiver.calls
    assert (first["webhook-id"], one) == (second["webhook-id"], two)
    (entry,) = log_of(client, hook)
    assert ([item["number"] for item in entry["attempts"]], entry["status"]) == ([1, 2], "delivered")
    assert client.get(f"{WEBHOOKS}{hook['id']}/").json()["consecutive_failures"] == 0


def test_receiver_may_ask_for_more_time(client, make_webhook, receiver, import_tasks, settle):
    hook = make_webhook(send_for_all_actions=False, actions=["TASKS_CREATED"])
    receiver.answer = (429, {"Retry-After": "600"})
    import_tasks("Rain.")
    settle()

    (entry,) = log_of(client, hook)
    due = datetime.fromisoformat(entry["next_attempt_at"]) - timezone.now()
    assert timedelta(seconds=590) < due < timedelta(seconds=601)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        *(("120", 120), ("999999999", 86_400), ("", None), ("soon", None), ("-5", None), ("\u0665", None)),
        *(("Thu, 01 Jan 2026 00:01:00 GMT", 60), ("Thu, 01 Jan 1970 00:00:00 GMT", 0)),
    ],
)
def test_retry_after_is_read(text, seconds):
    assert retry_after_seconds(text, now=datetime(2026, 1, 1, tzinfo=UTC)) == seconds


def test_waits_grow_and_are_shaken():
    waits = [[retry_delay(number) for _ in range(20)] for number in range(1, len(DELAYS) + 1)]

    assert all(max(few) < min(more) for few, more in pairwise(waits))
    assert all(len(set(some)) > 10 for some in waits)


def test_delivery_is_given_up_after_the_last_attempt(client, here, make_webhook, receiver, import_tasks, settle):
    hook = make_webhook(send_for_all_actions=False, actions=["TASKS_CREATED"])
    receiver.answer = (500, {})
    import_tasks("Rain.")
    settle()
    for _ in range(20):
        make_due(here)
        settle()

    assert len(receiver.calls) == len(DELAYS) + 1
    (entry,) = log_of(client, hook)
    assert (entry["status"], len(entry["attempts"])) == ("failed", len(DELAYS) + 1)


def test_webhook_that_fails_too_often_is_switched_off_and_can_be_switched_on(
    client, here, make_webhook, receiver, import_tasks, settle, monkeypatch
):
    monkeypatch.setattr(sending, "FAILURES_ALLOWED", 3)
    hook = make_webhook(send_for_all_actions=False, actions=["TASKS_CREATED"])
    receiver.answer = (500, {})
    for _ in range(4):
        import_tasks("Rain.")
    settle()

    shown = client.get(f"{WEBHOOKS}{hook['id']}/").json()
    assert (shown["is_active"], shown["consecutive_failures"], len(receiver.calls)) == (False, 3, 3)
    assert records_of(here).events("webhooks.switched_off") == [
        {"webhook": hook["id"], "reason": "3 attempts in a row failed."}
    ]
    shown = client.patch(f"{WEBHOOKS}{hook['id']}/", {"is_active": True}).json()
    assert (shown["is_active"], shown["consecutive_failures"], shown["disabled_reason"]) == (True, 0, "")


def test_receiver_that_is_gone_switches_its_webhook_off(client, make_webhook, receiver, import_tasks, settle):
    hook = make_webhook()
    receiver.answer = (410, {})
    import_tasks("Rain.")
    settle()

    assert len(receiver.calls) == 1
    assert client.get(f"{WEBHOOKS}{hook['id']}/").json()["disabled_reason"] == "the receiver answered 410 Gone."


def test_redirect_is_not_followed(client, make_webhook, receiver, import_tasks, settle):
    hook = make_webhook(send_for_all_actions=False, actions=["TASKS_CREATED"])
    receiver.answer = (302, {"Location": "http://169.254.169.254/"})
    import_tasks("Rain.")
    settle()

    assert len(receiver.calls) == 1
    assert log_of(client, hook)[0]["attempts"][0]["response_status"] == 302


def test_address_is_judged_again_when_it_is_called(
    client, here, make_webhook, receiver, import_tasks, settle, settings
):
    """A name that led elsewhere when the webhook was made (rebinding) reaches nothing."""
    hook = make_webhook(send_for_all_actions=False, actions=["TASKS_CREATED"])
    settings.TENON_OUTBOUND_ALLOW = []
    import_tasks("Rain.")
    settle()

    assert receiver.calls == []
    (attempt,) = log_of(client, hook)[0]["attempts"]
    assert (attempt["response_status"], "must not be called" in attempt["error"]) == (None, True)
    with tenant_scope(here):
        assert "/hook" not in str(list(Attempt.objects.values()))


def test_worker_that_dies_before_recording_sends_the_same_message_again(
    here, make_webhook, receiver, import_tasks, deliver_events, settle, monkeypatch
):
    hook = make_webhook(send_for_all_actions=False, actions=["TASKS_CREATED"])
    import_tasks("Rain.")
    deliver_events(here)
    with tenant_scope(here):
        (delivery,) = Delivery.objects.all()

        def die(*args, **kwargs):
            raise SystemExit

        with monkeypatch.context() as patch:
            patch.setattr(sending, "_record", die)
            with pytest.raises(SystemExit):
                attempt_delivery(delivery_id=delivery.pk, number=1)
        assert Attempt.objects.count() == 0
        assert attempt_delivery(delivery_id=delivery.pk, number=1) == "delivered"
        assert attempt_delivery(delivery_id=delivery.pk, number=1) == "void"

    assert len(receiver.calls) == 2
    assert len({(headers["webhook-id"], body) for _, headers, body in receiver.calls}) == 1
    assert hook["id"]


def test_event_that_is_handled_twice_is_sent_once(here, make_webhook, receiver, import_tasks, settle):
    # Inline: models can be imported only after Django's set-up.
    from platform_core.events.models import EventDelivery

    make_webhook(send_for_all_actions=False, actions=["TASKS_CREATED"])
    import_tasks("Rain.")
    settle()
    with tenant_scope(here):
        EventDelivery.objects.update(status="pending", next_attempt_at=timezone.now())
    settle()

    assert len(receiver.calls) == 1


def test_old_secret_signs_beside_the_new_one_for_a_while(client, here, make_webhook, receiver):
    hook = make_webhook()
    new = client.post(f"{WEBHOOKS}{hook['id']}/secret/").json()["secret"]
    client.post(f"{WEBHOOKS}{hook['id']}/test/")
    with tenant_scope(here):
        Webhook.objects.update(previous_secret_until=timezone.now())
    client.post(f"{WEBHOOKS}{hook['id']}/test/")

    (_, during, one), (_, after, two) = receiver.calls
    for secret in (hook["secret"], new):
        assert Verifier(secret).verify(one, during)["action"] == "TEST"
    assert Verifier(new).verify(two, after)
    with pytest.raises(WebhookVerificationError):
        Verifier(hook["secret"]).verify(two, after)


def test_signature_fails_for_a_changed_body(client, make_webhook, receiver):
    hook = make_webhook()
    client.post(f"{WEBHOOKS}{hook['id']}/test/")
    ((_, headers, body),) = receiver.calls

    with pytest.raises(WebhookVerificationError):
        Verifier(hook["secret"]).verify(body.replace("TEST", "REST"), headers)


def test_test_button_tells_what_happened(client, make_webhook, receiver):
    hook = make_webhook(is_active=False)
    receiver.answer = (404, {})

    sent = client.post(f"{WEBHOOKS}{hook['id']}/test/")

    assert sent.status_code == 201
    assert (sent.json()["status"], sent.json()["attempts"][0]["response_status"]) == ("failed", 404)
    assert json.loads(sent.json()["body"])["action"] == "TEST"
    assert client.get(f"{WEBHOOKS}{hook['id']}/").json()["consecutive_failures"] == 0


def test_replay_sends_the_same_message_under_its_id(client, make_webhook, receiver, import_tasks, settle):
    hook = make_webhook(send_for_all_actions=False, actions=["TASKS_CREATED"])
    import_tasks("Rain.")
    settle()
    (entry,) = log_of(client, hook)

    again = client.post(f"{WEBHOOKS}deliveries/{entry['id']}/replay/")
    settle()

    assert (again.status_code, again.json()["message_id"]) == (201, entry["message_id"])
    (_, first, one), (_, second, two) = receiver.calls
    assert (first["webhook-id"], one) == (second["webhook-id"], two)
    assert [item["status"] for item in log_of(client, hook)] == ["delivered", "delivered"]


def test_log_is_filtered_and_paged(client, make_webhook, receiver):
    hook = make_webhook()
    for status in (200, 500, 200):
        receiver.answer = (status, {})
        client.post(f"{WEBHOOKS}{hook['id']}/test/")

    page = client.get(f"{WEBHOOKS}{hook['id']}/deliveries/?page_size=2").json()
    assert (page["count"], len(page["results"])) == (3, 2)
    assert len(log_of(client, hook, status="failed")) == 1
    assert log_of(client, hook, action="TASKS_CREATED") == []
    assert client.get(f"{WEBHOOKS}{hook['id']}/deliveries/?status=no").status_code == 400


def test_old_deliveries_are_forgotten(client, here, make_webhook, import_tasks, settle):
    make_webhook(send_for_all_actions=False, actions=["TASKS_CREATED"])
    import_tasks("Rain.")
    settle()
    with tenant_scope(here):
        Delivery.objects.update(created_at=timezone.now() - timedelta(days=31))
    import_tasks("Snow.")
    settle()

    with tenant_scope(here):
        assert Delivery.objects.count() == Attempt.objects.count() == 1


def test_nothing_is_kept_for_events_that_no_active_webhook_wants(
    client, make_webhook, receiver, import_tasks, annotate, settle, deliveries
):
    before = deliveries("webhooks")
    (task,) = import_tasks("One")
    settle()
    webhook = make_webhook(send_for_all_actions=False, actions=["ANNOTATION_CREATED"])["id"]
    client.patch(f"/api/tasks/{task}/", {"meta": {"seen": True}})
    settle()
    assert (deliveries("webhooks"), receiver.calls) == (before, [])

    annotate(task)
    settle()
    assert (deliveries("webhooks"), len(receiver.calls)) == (before + 1, 1)
    client.patch(f"/api/webhooks/{webhook}/", {"is_active": False})
    import_tasks("Two")
    settle()
    assert (deliveries("webhooks"), len(receiver.calls)) == (before + 1, 1)
