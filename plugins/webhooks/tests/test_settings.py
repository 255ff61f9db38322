"""Which hosts webhooks may call: a setting, tried out before it is saved."""

from tenon_webhooks.models import Webhook

from tenants.scope import tenant_scope

PATH = "/api/plugins/webhooks/settings/"


def put(client, hosts, project=""):
    return client.put(f"{PATH}{project}", {"values": {"allowed_hosts": hosts}}, format="json")


def test_webhook_to_another_host_is_refused_and_is_no_longer_sent(here, client, make_webhook, receiver):
    hook = make_webhook()
    assert put(client, ["hooks.example.com", "*.internal.example"]).status_code == 200

    refused = client.post("/api/webhooks/", {"url": receiver.url})
    tried = client.post(f"/api/webhooks/{hook['id']}/test/").json()

    assert (refused.status_code, list(refused.json()["validation_errors"])) == (400, ["url"])
    assert "not among the hosts" in str(tried)
    assert put(client, []).status_code == 200
    make_webhook()


def test_project_may_allow_what_the_organization_does_not(client, receiver, project):
    assert put(client, ["hooks.example.com"]).status_code == 200
    assert put(client, [], f"?project={project}").status_code == 200
    assert client.post("/api/webhooks/", {"url": receiver.url, "project": project}).status_code == 201
    assert client.post("/api/webhooks/", {"url": receiver.url}).status_code == 400


def test_try_names_hosts_that_cannot_be_called_and_webhooks_that_would_stop(here, client, make_webhook):
    make_webhook()
    answer = client.post(f"{PATH}check/", {"values": {"allowed_hosts": ["10.0.0.1", "*.example.com"]}}, format="json")

    body = answer.json()
    assert (answer.status_code, body["ok"]) == (200, False), body
    assert [(issue["severity"], issue["code"]) for issue in body["issues"]] == [
        ("error", "host-not-callable"),
        ("warning", "webhooks-stopped"),
    ]
    with tenant_scope(here):
        assert Webhook.objects.filter(is_active=True).count() == 1
