"""The whole platform, started as `make run` starts it, used by the real SDK and over plain HTTP."""

import json
import stat

import pytest

from tests.support.new_organization import join, new_organization
from tests.support.quickstart import REPOSITORY

PLUGIN = REPOSITORY / "plugins" / "aviation" / "tenon_aviation"
METHODS_PAGE = REPOSITORY / "docs" / "reference" / "sdk_methods.md"
EXTRACT = PLUGIN / "data" / "asrs_extract.csv"

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

# Where what was enabled and purged may still be told of: nobody rewrites history.
# What the core answers; the catalogue `/api/plugins/` alone may tell of what is installed.
CORE_PATHS = (
    "/api/schema/",
    "/api/projects/",
    "/api/projects/1/",
    "/api/projects/1/export/formats",
    "/api/projects/1/export?download_all_tasks=true",
    "/api/tasks/?project=1&page_size=2&fields=all",
    "/api/tasks/1/",
    "/api/users/",
    "/api/organizations/",
    "/api/version/",
    "/api/aviation/packs/",
    "/api/nonsense/",
    "/docs/",
)
# What tells of the past: audit, events, their way to handlers, inboxes and streams, jobs.
HISTORY = {
    "events_auditentry",
    "events_outboxevent",
    "events_eventdelivery",
    "events_streammessage",
    "jobs_job",
    "notifications_notification",
}


@pytest.fixture(scope="module")
def labelled(sdk, aero):
    """Return what the SDK saw while it labelled reports in the first organization."""
    return sdk("label", aero.url, aero.token, EXTRACT, PLUGIN / "templates" / "cictt_quick_coding.xml")


def act(organization, name, **body):
    """Run an act on the plugin to its end."""
    return organization.post(f"/api/plugins/aviation/{name}/?wait=60", body)


def enable(organization):
    plan = organization.get("/api/plugins/aviation/plan/")[1]
    return act(organization, "enable", plan_hash=plan["plan_hash"])


def test_ctrl_c_ends_every_process(first_run):
    assert (first_run.code, first_run.left) == (0, set())


def test_second_start_keeps_data_passwords_and_tokens_and_follows_the_port(first_run, platform, aero, acme):
    def without_url(ready):
        return {slug: {**item, "url": ""} for slug, item in ready["organizations"].items()}

    assert without_url(platform.ready) == without_url(first_run.ready)
    assert acme.get(f"/api/projects/{first_run.project}/")[1]["title"] == "Made in the first run"
    titles = [project["title"] for project in aero.get("/api/projects/")[1]["results"]]
    assert titles.count("CICTT quick coding") == 1
    assert platform.port != first_run.port
    assert aero.get("/api/projects/", host=f"127.0.0.1:{first_run.port}")[0] == 404


def test_ready_file_is_private_and_names_what_runs(platform):
    ready = platform.ready
    assert stat.S_IMODE(platform.ready_file.stat().st_mode) == 0o600
    assert ready["public_url"] == f"http://localhost:{platform.port}"
    assert {slug: item["url"] for slug, item in ready["organizations"].items()} == {
        "aero": f"http://127.0.0.1:{platform.port}",
        "acme": f"http://127.0.0.1:{platform.port + 1}",
    }
    assert ready["pids"]["supervisor"] == platform.process.pid
    assert all(ready["pids"].values())


def test_credentials_are_kept_privately_and_the_terminal_shows_the_next_steps(platform):
    kept = platform.data_dir / "demo.json"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert json.loads(kept.read_text())["organizations"] == platform.ready["organizations"]
    shown = platform.log.read_text()
    assert f"http://127.0.0.1:{platform.port}/docs/" in shown
    assert platform.ready["organizations"]["aero"]["api_token"] in shown


def test_demo_project_holds_every_report(aero, reports):
    projects = aero.get("/api/projects/")[1]["results"]
    demo = next(project for project in projects if project["title"] == "CICTT quick coding")
    assert demo["task_number"] == reports[1]


def test_organizations_answer_on_their_subdomains_and_unknown_hosts_are_not_found(platform, aero, acme):
    assert aero.get("/api/current-user/whoami", host=f"aero.localhost:{platform.port}")[1]["email"] == aero.email
    assert acme.get("/api/current-user/whoami", host="acme.localhost")[1]["email"] == acme.email
    assert aero.get("/api/projects/", host=f"nobody.localhost:{platform.port}")[0] == 404


def test_token_of_one_organization_opens_no_other(aero, acme):
    assert aero.get("/api/projects/", token=acme.token)[0] == 401
    assert acme.get("/api/projects/", token=aero.token)[0] == 401


def test_sdk_knows_who_it_is_and_what_the_plugin_allows(labelled, aero):
    assert labelled["email"] == aero.email
    assert {"aviation.packs.view", "aviation.packs.change"} <= set(labelled["permissions"])


def test_sdk_imports_reports_and_lists_all_pages(labelled):
    ids = labelled["imported"]["task_ids"]
    assert labelled["imported"]["found_formats"] == ["aviation.asrs_csv"]
    assert labelled["imported"]["task_count"] == len(ids) > 30
    assert labelled["listed"] == ids
    assert {"acn", "narrative", "synopsis"} <= set(labelled["listed_data"])


def test_sdk_annotates_and_exports_the_right_counts(labelled):
    tasks = len(labelled["listed"]) + labelled["imported_by_sdk"]
    assert labelled["annotation"]["completed_by"] == labelled["member"]
    assert labelled["counters"] == {"tasks": tasks, "annotations": 1}
    assert len(labelled["export"]) == labelled["export_rows"] == tasks
    annotations = [annotation for task in labelled["export"] for annotation in task["annotations"]]
    assert [annotation["result"] for annotation in annotations] == [labelled["annotation"]["result"]]


def test_sdk_manages_people_credentials_and_the_organization(sdk, acme):
    seen = sdk("people", acme.url, acme.token)
    member, organization = seen["me"]["id"], seen["me"]["organization"]

    assert (seen["edition"], seen["one"], seen["token"]) == ("Community", acme.email, acme.token)
    assert (seen["users"], seen["changed"], seen["shown"], seen["hotkeys"]) == ([member], "42", "42", True)
    assert seen["invited"] == "invited@else.example"
    assert seen["tokens"] == {"whoami": member, "listed": True, "refused": 401, "twice": 404, "days": [14, 14]}
    found = seen["organization"]
    first, second = found.pop("links")
    assert first == second
    assert "/api/invite/join/?token=" in first
    assert found == {
        "id": organization,
        "title": True,
        "contact": "office@else.example",
        "default_role": "RE",
        "session": [600, 60],
        "members": [acme.email],
        "nobody": [],
        "own": member,
        "leave": 405,
    }


def test_every_method_of_the_sdk_sends_and_gets_what_the_table_says(sdk, platform):
    url, token = new_organization(platform, "client", "acme")
    people = [platform.ready["organizations"][slug]["email"] for slug in ("acme", "aero")] + ["new@else.example"]
    member = join(platform, url, token, people[1], platform.ready["organizations"]["aero"]["password"])
    join(platform, url, token, people[2], "correct-horse-9")

    seen = sdk("methods", url, token, member, *people)

    assert seen["faults"] == {}
    assert [fault for fault in seen["coverage"].items() if fault[1]] == []
    assert f"({seen['version']}, unmodified)" in METHODS_PAGE.read_text(encoding="utf-8")


def test_every_method_of_the_older_client_gets_what_the_table_says(sdk, platform):
    url, token = new_organization(platform, "older-client", "acme")

    seen = sdk("legacy", url, token, platform.ready["organizations"]["acme"]["email"])

    assert seen == {"coverage": {"missing": [], "unknown": []}, "faults": {}}


def test_impossible_coding_is_refused_with_its_reason(labelled):
    body = labelled["refused"]["body"]
    assert labelled["refused"]["status"] == 400
    assert "CFIT and LOC-I cannot be coded together" in body["detail"]
    assert [issue["code"] for issue in body["data"]["issues"]] == ["V-EXCL"]
    assert labelled["annotations_of_refused"] == 0


def test_second_organization_has_nothing_of_the_plugin_until_its_admin_wants_it(
    sdk, acme, schema_of, acme_without_distribution
):
    schema = schema_of("acme")
    seen = sdk("plain", acme.url, acme.token)
    assert (seen["email"], seen["listed"], len(seen["export"])) == (acme.email, 5, 5)
    assert seen["bound"]["body"]["code"] == "plugin_disabled"
    assert_absent(acme, schema)
    assert_same_answers(acme, acme_without_distribution)
    assert schema.tables_that_mention("aviation") == set()
    before = schema.tables()

    status, plan = acme.get("/api/plugins/aviation/plan/")
    assert status == 200
    assert any('CREATE TABLE "aviation_' in statement for statement in plan["sql"])
    assert {item["codename"] for item in plan["permissions"]} == {"aviation.packs.view", "aviation.packs.change"}
    assert schema.tables() == before
    assert act(acme, "enable", plan_hash="0" * 64)[0] == 409
    assert_absent(acme, schema)

    assert enable(acme)[1]["state"] == "enabled"
    packs = acme.get("/api/aviation/packs/")[1]["results"]
    assert {pack["key"] for pack in packs} == {"cictt", "cictt_phases"}
    assert "aviation" in json.dumps(acme.get("/api/schema/")[1])

    assert act(acme, "disable")[1]["state"] == "disabled"
    assert_hidden(acme)
    assert_same_answers(acme, acme_without_distribution)
    assert {"aviation_taxonomypack", "aviation_taxonomynode"} <= schema.tables()
    assert schema.tables_that_mention("cictt") >= {"aviation_taxonomypack"}

    status, purged = act(acme, "purge", confirm="aviation", force=True)
    assert (status, purged["state"]) == (200, "available")
    assert_absent(acme, schema)
    assert schema.tables() == before
    assert schema.tables_that_mention("aviation") <= HISTORY

    assert enable(acme)[0] == 200
    assert len(acme.get("/api/aviation/packs/")[1]["results"]) == 2


def assert_same_answers(organization, without_distribution):
    """The core answers as where the plugin is not even installed."""
    host = organization.url.removeprefix("http://")
    for path in CORE_PATHS:
        here, there = organization.get(path, host=host), without_distribution.get(path, host=host)
        assert lasting(here[1]) == lasting(there[1]), path
        assert here[0] == there[0], path


def lasting(body):
    """Return a body without what differs from one call to the next."""
    if isinstance(body, dict):
        error_id = {"id"} if "status_code" in body else set()
        return {key: lasting(value) for key, value in body.items() if key not in {"last_activity", *error_id}}
    return [lasting(item) for item in body] if isinstance(body, list) else body


def assert_hidden(organization):
    """Routes, documents and permissions know nothing of the plugin."""
    nothing = organization.get("/api/nonsense/packs/")
    off = organization.get("/api/aviation/packs/")
    assert off[0] == nothing[0] == 404
    assert {**off[1], "id": ""} == {**nothing[1], "id": ""}
    document = json.dumps(organization.get("/api/schema/")[1]).lower()
    assert "/api/projects/" in document
    assert not [word for word in ("aviation", "cictt", "asrs") if word in document]
    permissions = organization.get("/api/current-user/whoami")[1]["permissions"]
    assert permissions
    assert not [codename for codename in permissions if codename.startswith("aviation.")]


def assert_absent(organization, schema):
    """The plugin is hidden, and the schema has no table of it."""
    assert_hidden(organization)
    assert not [table for table in schema.tables() if table.startswith("aviation")]
