"""The platform starts and serves beside every broken plugin, and says who is to blame."""

import time
from pathlib import Path

import pytest

from platform_core.sdk.testing.scopes import tables_of
from tests.platform_core.plugins.served.conftest import BROKEN

REPOSITORY = Path(__file__).parents[4]

# The folder's tests share one server, so they stay in one process.
pytestmark = [pytest.mark.slow]

# Words of the reason that an admin reads; plugins that are not here are loaded.
REASONS = {
    "bad_manifest": ["'hook_level'", "99"],
    "clash_one": ["API prefix 'clash'", "'clash_one' and 'clash_two'"],
    "clash_two": ["API prefix 'clash'", "'clash_one' and 'clash_two'"],
    "core_key": ["use CoreForeignKey"],
    "cycle_one": ["dependency cycle: cycle_one -> cycle_two -> cycle_one"],
    "cycle_two": ["dependency cycle: cycle_one -> cycle_two -> cycle_one"],
    "exit_at_import": ["ended its process with exit code 0"],
    "failing_ready": ["plugin_ready() raised RuntimeError: no licence"],
    "hanging_import": ["did not finish importing within"],
    "import_error": ["ModuleNotFoundError", "a_module_that_does_not_exist"],
    "import_error_child": ["depends on 'import_error', which is quarantined"],
    "missing_dependency": ["depends on 'not_there', which is not installed"],
    "no_object": ["AttributeError"],
    "run_before": ["run_before"],
    "sysexit_at_import": ["SystemExit: 3"],
    "wrapper_hook": ["'wrapper'"],
    "wrong_result": ["returned str", "TaxonomySpec"],
    "wrong_route": ["'thing-list'"],
}
LOADED = sorted({path.name for path in BROKEN} - set(REASONS))


@pytest.mark.parametrize(
    "path", ["/health/ready", "/api/projects/", "/api/users/", "/api/plugins/", "/api/schema/?format=json"]
)
def test_core_serves_beside_all_of_them(tenant, path):
    assert tenant.get(path).status == 200


def test_core_works_beside_all_of_them(tenant):
    assert tenant.annotate(tenant.task()).status == 201


def test_catalogue_lists_every_plugin_and_names_the_culprits(tenant):
    entries = {entry["slug"]: entry for entry in tenant.get("/api/plugins/").body}

    bundled = {path.parent.name for path in REPOSITORY.glob("plugins/*/pyproject.toml")}
    assert sorted(set(entries) - (bundled - {*LOADED})) == sorted([*REASONS, *LOADED])
    assert {slug: entries[slug]["state"] for slug in LOADED} == dict.fromkeys(LOADED, "available")
    assert {slug: entries[slug]["state"] for slug in REASONS} == dict.fromkeys(REASONS, "quarantined")
    unexplained = {slug: entries[slug]["error"] for slug, words in REASONS.items() if not has(entries[slug], words)}
    assert unexplained == {}


def has(entry, words):
    return all(word in entry["error"] for word in words)


@pytest.mark.parametrize("slug", ["import_error", "clash_one"])
def test_quarantined_plugin_cannot_be_enabled_and_the_refusal_has_the_reason(tenant, slug):
    refused = tenant.act(slug, "enable", plan_hash="0" * 64)

    assert refused.status == 409
    assert all(word in refused.body["detail"] for word in REASONS[slug])


def test_failing_migration_leaves_nothing_and_can_be_taken_away(tenant):
    refused = tenant.enable("failing_migration")

    assert (refused.status, refused.body["code"]) == (409, "activation_failed")
    state, error = tenant.state("failing_migration")
    assert (state, "division by zero" in error) == ("enable_failed", True)
    assert tables_of(tenant.organization, "failing_migration") == []
    assert tenant.migration_rows("failing_migration") == 0
    assert tenant.act("failing_migration", "disable").body["state"] == "disabled"
    purged = tenant.act("failing_migration", "purge", confirm="failing_migration", force=True)
    assert (purged.status, purged.body["state"]) == (200, "available")


def test_another_plugin_works_after_the_failing_one(tenant):
    assert tenant.enable("failing_migration").status == 409
    enabled = tenant.enable("healthy")

    assert (enabled.status, enabled.body["state"]) == (200, "enabled")
    assert tables_of(tenant.organization, "healthy") == ["healthy_note"]
    assert tenant.get("/api/healthy/notes/").body == []
    assert tenant.annotate(tenant.task()).status == 201


def test_failing_after_enable_rolls_back_and_names_hook_and_incident(tenant):
    refused = tenant.enable("raising_hook")

    assert (refused.status, refused.body["code"]) == (409, "activation_failed")
    assert "after_enable" in refused.body["detail"]
    assert "no disk" not in str(refused.body)
    assert tenant.state("raising_hook")[0] == "enable_failed"


def test_hanging_validator_is_cut_off_and_the_write_passes_with_a_warning(tenant):
    task_id = tenant.task()
    assert tenant.enable("hanging_warning").status == 200
    started = time.monotonic()
    made = tenant.annotate(task_id)

    assert made.status == 201
    (warning,) = made.body["warnings"]
    assert (warning["code"], warning["plugin"]) == ("plugin_failed", "hanging_warning")
    assert warning["incident_id"] in tenant.server.log()
    assert time.monotonic() - started < 30
    assert tenant.server.process.poll() is None


def test_hanging_validator_that_blocks_refuses_the_write(tenant):
    task_id = tenant.task()
    assert tenant.enable("hanging_hook").status == 200
    refused = tenant.annotate(task_id)

    assert (refused.status, refused.body["code"]) == (400, "plugin_failed")
    facts = refused.body["data"]
    assert (facts["plugin"], facts["hook"]) == ("hanging_hook", "validate_annotation")
    assert facts["incident_id"] in tenant.server.log()
    assert tenant.get(f"/api/tasks/{task_id}/annotations/").body == []
    assert tenant.act("hanging_hook", "disable").status == 200
    assert tenant.annotate(task_id).status == 201
