"""With a real plugin: notifications has tables, and its migrations ran nowhere in the template."""

import pytest
from django.db import connection

from platform_core.plugins.services.activation import enable_plugin
from platform_core.plugins.services.plans import shown_plan
from platform_core.sdk.testing.clients import client_of
from tenants.ddl import tables_here

SLUG = "notifications"


def schemas():
    with connection.cursor() as cursor:
        cursor.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'try%'")
        return cursor.fetchall()


def test_rehearsal_runs_the_migrations_in_a_copy_and_leaves_nothing(in_alpha):
    before = tables_here()

    plan = shown_plan(SLUG, actor=None, with_rehearsal=True)

    rehearsal = plan.rehearsal
    assert (rehearsal.error, rehearsal.migrations > 0, rehearsal.seconds > 0) == ("", True, True)
    assert set(rehearsal.tables) == {item.table for item in plan.touched if item.action == "created"}
    assert {item.table: item.rows for item in plan.touched}["members_member"] is None
    assert (tables_here(), schemas()) == (before, [])


def test_rehearsal_is_offered_by_rest_and_does_not_change_what_is_agreed_to(alpha):
    client = client_of(alpha)
    plain = client.get(f"/api/plugins/{SLUG}/plan/").json()
    tried = client.get(f"/api/plugins/{SLUG}/plan/?rehearse=true").json()

    assert (plain["rehearsal"], tried["rehearsal"]["error"]) == (None, "")
    assert plain["plan_hash"] == tried["plan_hash"]
    assert client.get(f"/api/plugins/{SLUG}/plan/?rehearse=maybe").status_code == 400


def test_failing_migration_is_told_by_the_rehearsal_and_harms_nothing(in_alpha, monkeypatch):
    def fail(**_arguments):
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE notifications_half (id int)")
            cursor.execute("SELECT 1 / 0")

    monkeypatch.setattr("platform_core.plugins.services.rehearsals.make_tables", fail)
    before = tables_here()

    plan = shown_plan(SLUG, actor=None, with_rehearsal=True)

    assert "division by zero" in plan.rehearsal.error
    assert tables_here() == before
    monkeypatch.undo()
    assert enable_plugin(slug=SLUG, plan_hash=None, actor=None).state == "enabled"


@pytest.fixture(autouse=True)
def _on(db):
    """All of these need the database."""
