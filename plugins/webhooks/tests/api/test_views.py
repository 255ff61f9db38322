import pytest
from tenon_webhooks.models import Webhook

from platform_core.sdk.testing.scopes import records_of, tenant_scope

WEBHOOKS = "/api/webhooks/"


def test_webhook_has_label_studios_keys_and_shows_its_secret_once(client, here, make_webhook, project, receiver):
    made = make_webhook(project=project, actions=["TASKS_CREATED"], send_for_all_actions=False)

    secret = made.pop("secret")
    assert secret.startswith("whsec_")
    assert client.get(f"{WEBHOOKS}{made['id']}/").json() == made
    assert client.get(WEBHOOKS).json() == [made]
    assert set(made) >= {"id", "organization", "project", "url", "send_payload", "send_for_all_actions", "headers"}
    assert (made["project"], made["organization"], made["consecutive_failures"]) == (project, here.id, 0)
    with tenant_scope(here):
        stored = Webhook.objects.values().get()
    assert secret not in str(stored)
    assert receiver.url not in str(records_of(here).audit("webhooks.created"))


def test_list_is_cut_to_a_project(client, make_webhook, project):
    of_project, of_all = make_webhook(project=project), make_webhook()

    assert [item["id"] for item in client.get(f"{WEBHOOKS}?project={project}").json()] == [of_project["id"]]
    assert [item["id"] for item in client.get(WEBHOOKS).json()] == [of_project["id"], of_all["id"]]
    assert client.get(f"{WEBHOOKS}?project=x").status_code == 400


def test_change_keeps_what_is_not_given(client, make_webhook, receiver):
    made = make_webhook(actions=["TASKS_CREATED"], send_for_all_actions=False, headers={"X-Team": "north"})

    changed = client.patch(f"{WEBHOOKS}{made['id']}/", {"url": f"{receiver.url}/new"}).json()

    assert changed["actions"] == ["TASKS_CREATED"]
    assert (changed["headers"], changed["url"]) == ({"X-Team": "north"}, f"{receiver.url}/new")
    assert (changed["send_for_all_actions"], changed["is_active"]) == (False, True)


def test_project_of_a_webhook_stays(client, make_webhook, project):
    made = make_webhook(project=project)

    assert client.patch(f"{WEBHOOKS}{made['id']}/", {"project": None}).json()["project"] == project


def test_deleted_webhook_is_gone_with_its_log(client, here, make_webhook):
    made = make_webhook()
    client.post(f"{WEBHOOKS}{made['id']}/test/")

    assert client.delete(f"{WEBHOOKS}{made['id']}/").status_code == 204
    assert client.get(f"{WEBHOOKS}{made['id']}/deliveries/").status_code == 404
    assert len(records_of(here).audit("webhooks.deleted")) == 1


def test_webhook_goes_with_its_project(client, make_webhook, project):
    make_webhook(project=project)
    client.post(f"{WEBHOOKS}{make_webhook(project=project)['id']}/test/")

    assert client.delete(f"/api/projects/{project}/").status_code == 204
    assert client.get(WEBHOOKS).json() == []


def test_info_lists_actions(client):
    info = client.get(f"{WEBHOOKS}info/").json()
    whole = client.get(f"{WEBHOOKS}info/?organization-only=true").json()

    assert {"TASKS_CREATED", "TASK_COMPLETED", "PROJECT_COMPLETED", "IMPORT_FINISHED"} < set(info)
    assert info["WEBHOOKS_SWITCHED_OFF"]["organization-only"]
    assert set(info["TASKS_CREATED"]) == {"name", "description", "key", "organization-only"}
    assert "PROJECT_CREATED" in whole
    assert "TASKS_CREATED" not in whole


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/",
        "http://[::1]/",
        "http://169.254.169.254/latest/meta-data/",
        "http://10.0.0.1/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://localhost:5432/",
        "http://[::ffff:127.0.0.1]/",
    ],
)
def test_reserved_address_is_refused(client, url):
    made = client.post(WEBHOOKS, {"url": url})

    assert made.status_code == 403, made.content
    assert client.get(WEBHOOKS).json() == []


@pytest.mark.parametrize(
    "url",
    [
        *("", "no url", "ftp://receiver.example/", "file:///etc/passwd", "http://a:b@127.0.0.1/", "http://", "//x/"),
        *("http://127.0.0.1/\r\nX: y", "http://receiver.invalid/", "gopher://127.0.0.1/", "http://x/" + "a" * 3000),
    ],
)
def test_url_that_is_none_is_refused(client, url):
    made = client.post(WEBHOOKS, {"url": url})

    assert made.status_code == 400, made.content
    assert "url" in made.json()["validation_errors"]


@pytest.mark.parametrize(
    "headers",
    [
        {"X Team": "a"},
        {"X-Team\r\nHost": "a"},
        {"X-Team": "a\r\nHost: evil.example"},
        {"X-Team": "a\nb"},
        {"X-Team": "\x7f"},
        {"Host": "evil.example"},
        {"content-length": "0"},
        {"Transfer-Encoding": "chunked"},
        {"webhook-signature": "v1,x"},
        {"X-Team": "caf\u00e9"},
        {"X-Team": "a", "x-team": "b"},
        {"": "a"},
        {"X-Team": "a" * 2000},
        {f"X-{number}": "a" for number in range(11)},
        {"X-Team": ["a"]},
        ["X-Team"],
    ],
)
def test_header_that_could_change_the_request_is_refused(client, receiver, headers):
    made = client.post(WEBHOOKS, {"url": receiver.url, "headers": headers})

    assert made.status_code == 400, made.content
    assert "headers" in made.json()["validation_errors"]


def test_unknown_action_is_refused_and_label_studios_are_taken(client, receiver):
    known = {"url": receiver.url, "actions": ["LABEL_LINK_CREATED", "ANNOTATION_CREATED"]}

    assert client.post(WEBHOOKS, {**known, "actions": ["NOTHING"]}).status_code == 400
    assert client.post(WEBHOOKS, known).status_code == 201


def test_annotators_see_no_webhooks(here, make_client, make_webhook):
    made = make_webhook()
    annotator = make_client(here, role="AN")

    assert annotator.get(WEBHOOKS).status_code == 403
    assert annotator.get(f"{WEBHOOKS}{made['id']}/").status_code == 403


def test_other_organization_sees_nothing(there, make_client, make_webhook, client):
    made = make_webhook()
    sent = client.post(f"{WEBHOOKS}{made['id']}/test/").json()
    stranger = make_client(there)

    assert stranger.get(WEBHOOKS).json() == []
    for path in (f"{made['id']}/", f"{made['id']}/deliveries/", f"deliveries/{sent['id']}/"):
        assert stranger.get(f"{WEBHOOKS}{path}").status_code == 404
    for path in (f"{made['id']}/test/", f"{made['id']}/secret/", f"deliveries/{sent['id']}/replay/"):
        assert stranger.post(f"{WEBHOOKS}{path}").status_code == 404


def test_document_describes_messages_only_where_the_plugin_is_enabled(client, make_client, other_organization, here):
    described = client.get("/api/schema/").json()

    assert described["openapi"].startswith("3.1")
    body = described["webhooks"]["TASKS_CREATED"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert {"action", "tasks", "project"} <= set(body["properties"])
