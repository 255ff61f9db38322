import json

import pytest

from platform_core.events.models import AuditEntry
from platform_core.plugins.loader import get_registry
from platform_core.plugins.models import PluginSettings
from platform_core.plugins.types import Issue
from platform_core.sdk.settings import read_settings
from platform_core.sdk.testing.clients import client_of
from tenants.scope import tenant_scope
from tests.support.loaded_plugins import loaded

SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "wind": {"type": "integer", "minimum": 0, "default": 3},
        "place": {"type": "object", "properties": {"name": {"type": "string"}}},
        "token": {"type": "string", "writeOnly": True, "minLength": 4},
    },
}
PATH = "/api/plugins/kites/settings/"
SEEN = []


def check(self, organization, values, project_id):
    SEEN.append((values, project_id))
    return [Issue(severity="error", code="no-wind", message="There is no wind.", key="wind")] * (values["wind"] == 0)


@pytest.fixture
def client(alpha, install, tmp_path, monkeypatch):
    (tmp_path / "kites_with_settings").mkdir()
    (tmp_path / "kites_with_settings" / "__init__.py").write_text("")
    (tmp_path / "kites_with_settings" / "settings.json").write_text(json.dumps(SCHEMA))
    monkeypatch.syspath_prepend(tmp_path)
    SEEN.clear()
    plugin = loaded(
        "kites",
        package="kites_with_settings",
        says={"settings_schema": "settings.json", "version": tmp_path.name},
        check_settings=check,
    )
    install(plugin, loaded("boats", says={}))
    return client_of(alpha)


@pytest.fixture
def project(client):
    return client.post("/api/projects/", {"title": "Wind"}).json()["id"]


def put(client, values, project=None):
    query = f"?project={project}" if project is not None else ""
    return client.put(f"{PATH}{query}", {"values": values}, format="json")


def test_project_sets_single_keys_otherwise_and_follows_again_with_none(alpha, client, project):
    put(client, {"wind": 5, "place": {"name": "Hill"}})
    own = put(client, {"wind": 7}, project).json()

    assert (own["project"], own["values"], own["effective"]) == (
        project,
        {"wind": 7},
        {"wind": 7, "place": {"name": "Hill"}},
    )
    assert client.get(PATH).json()["effective"]["wind"] == 5
    with tenant_scope(alpha):
        assert read_settings("kites", project_id=project)["wind"] == 7
        assert read_settings("kites")["wind"] == 5
        audited = AuditEntry.objects.filter(action="plugin.settings_changed").order_by("pk").last()
        assert audited.data == {"version": 1, "keys": ["wind"], "project": project}
    assert put(client, {}, project).json()["effective"]["wind"] == 5


def test_project_override_is_checked_together_with_what_it_inherits(client, project):
    assert list(put(client, {"wind": -1}, project).json()["validation_errors"]) == ["wind"]
    assert list(put(client, {"token": "abcdef"}, project).json()["validation_errors"]) == ["token"]
    assert put(client, {"wind": 1}, 10**8).status_code == 404
    assert client.get(f"{PATH}?project=x").status_code == 400


def test_settings_of_a_project_go_with_it(alpha, client, project):
    put(client, {"wind": 7}, project)
    assert client.delete(f"/api/projects/{project}/").status_code == 204
    with tenant_scope(alpha):
        assert not PluginSettings.objects.filter(project_id=project).exists()


def test_history_says_who_changed_what_when_and_never_shows_a_secret(client, project):
    assert client.get(f"{PATH}history/").json() == []
    put(client, {"wind": 5, "token": "geheim"})
    put(client, {"place": {"name": "Hill"}, "token": "geheimer"})
    put(client, {"place": {"name": "Sea"}, "token": None})
    put(client, {"wind": 9}, project)

    history = client.get(f"{PATH}history/").json()

    assert [item["version"] for item in history] == [3, 2, 1]
    assert [item["changes"] for item in history] == [
        [
            {"path": "place/name", "change": "changed", "before": "Hill", "after": "Sea"},
            {"path": "token", "change": "removed", "secret": True},
        ],
        [
            {"path": "place/name", "change": "added", "before": None, "after": "Hill"},
            {"path": "wind", "change": "removed", "before": 5, "after": None},
            {"path": "token", "change": "replaced", "secret": True},
        ],
        [
            {"path": "wind", "change": "added", "before": None, "after": 5},
            {"path": "token", "change": "set", "secret": True},
        ],
    ]
    assert {item["changed_by"]["id"] for item in history} == {client.member.pk}
    assert "geheim" not in json.dumps(history)
    assert [item["version"] for item in client.get(f"{PATH}history/?before=2").json()] == [1]
    (own,) = client.get(f"{PATH}history/?project={project}").json()
    assert own["changes"] == [{"path": "wind", "change": "added", "before": None, "after": 9}]


def test_check_asks_the_plugin_with_the_kept_secret_and_saves_nothing(alpha, client, project):
    put(client, {"wind": 5, "token": "geheim"})
    fine = client.post(f"{PATH}check/").json()
    wrong = client.post(f"{PATH}check/?project={project}", {"values": {"wind": 0}}, format="json").json()

    assert fine == {"ok": True, "issues": []}
    assert wrong["ok"] is False
    assert wrong["issues"][0] == {
        "plugin": "kites",
        "hook": "check_settings",
        "severity": "error",
        "code": "no-wind",
        "message": "There is no wind.",
        "key": "wind",
    }
    assert [({"wind": 5, "token": "geheim"}, None), ({"wind": 0, "token": "geheim"}, project)] == SEEN
    with tenant_scope(alpha):
        assert PluginSettings.objects.count() == 1


def test_check_refuses_what_breaks_the_schema_and_plugins_that_do_not_check(client):
    answer = client.post(f"{PATH}check/", {"values": {"wind": "x"}}, format="json")
    assert (answer.status_code, list(answer.json()["validation_errors"])) == (400, ["wind"])
    assert client.post("/api/plugins/boats/settings/check/").status_code == 404


def test_failing_check_is_a_typed_refusal_with_plugin_and_hook(client, install):
    def torn(self):
        raise RuntimeError("geheim")

    version = get_registry().plugins["kites"].manifest.version
    install(
        loaded(
            "kites",
            package="kites_with_settings",
            says={"settings_schema": "settings.json", "version": version},
            check_settings=torn,
        )
    )
    answer = client.post(f"{PATH}check/")
    assert (answer.status_code, answer.json()["code"]) == (400, "plugin_failed")
    assert (answer.json()["data"]["plugin"], answer.json()["data"]["hook"]) == ("kites", "check_settings")
    assert b"geheim" not in answer.content


@pytest.mark.parametrize("size", [300_000, 10 * 1024 * 1024])
def test_value_of_megabytes_is_refused_and_names_its_key(client, size):
    answer = put(client, {"place": {"name": "x" * size}, "wind": 1})
    assert answer.status_code in (400, 413)
    if answer.status_code == 400:
        assert list(answer.json()["validation_errors"]) == ["place"]
    assert client.get(PATH).json()["version"] == 0


def test_annotator_neither_sees_nor_changes_settings_nor_enables(alpha, client):
    annotator = client_of(alpha, role="AN")
    plan = client.get("/api/plugins/boats/plan/").json()
    answers = [
        annotator.get(PATH),
        put(annotator, {}),
        annotator.get(f"{PATH}history/"),
        annotator.post(f"{PATH}check/"),
        annotator.get("/api/plugins/boats/plan/"),
        annotator.post("/api/plugins/boats/enable/", {"consent": plan["consent"]}, format="json"),
        annotator.get("/api/plugins/boats/impact/"),
    ]
    assert [answer.status_code for answer in answers] == [403] * 7
