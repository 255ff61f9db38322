import pytest
from django.db import connection

from tenants.activation import PluginTables, drop_tables, has_migrations, make_tables, pending_sql
from tenants.ddl import tables_here
from tenants.digests import core_labels
from tenants.errors import SchemaBehindError
from tenants.models import SchemaState
from tenants.scope import public_scope
from tenants.scripts import find_script, plugin_key

NOTHING = frozenset()


def _run(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_plugin_without_an_app_has_no_tables_and_no_sql(in_alpha):
    before = tables_here()

    assert make_tables(slug="kites", labels=NOTHING, installed=NOTHING) == PluginTables(tables=(), migrations=())
    assert pending_sql(NOTHING, installed=NOTHING) == []
    assert tables_here() == before


def test_schema_whose_core_lags_is_not_touched(in_alpha):
    with public_scope():
        SchemaState.objects.filter(organization_id=in_alpha.id).update(core_digest="behind")

    with pytest.raises(SchemaBehindError, match="run tenon migrate first"):
        make_tables(slug="kites", labels=NOTHING, installed=NOTHING)


def test_dropped_tables_take_their_migration_rows_along_and_leave_the_rest(in_alpha):
    before = tables_here()
    _run("CREATE TABLE kites_a (id int PRIMARY KEY); CREATE TABLE kites_b (a int REFERENCES kites_a (id))")
    _run("INSERT INTO django_migrations (app, name, applied) VALUES ('kites', '0001', now()), ('boats', '0001', now())")

    drop_tables(labels=["kites"], tables=["kites_a", "kites_b", "kites_gone"])

    assert tables_here() == before
    assert not has_migrations(frozenset({"kites"}))
    assert has_migrations(frozenset({"boats"}))


def test_tables_that_are_gone_already_can_be_dropped_again(in_alpha):
    before = tables_here()

    drop_tables(labels=["kites"], tables=["kites_a"])

    assert tables_here() == before


def test_rows_deleted_before_with_deferred_checks_do_not_stop_the_drop(in_alpha):
    _run("""CREATE TABLE kites_a (id int PRIMARY KEY);
            CREATE TABLE kites_b (a int REFERENCES kites_a (id) DEFERRABLE INITIALLY DEFERRED);
            INSERT INTO kites_a VALUES (1); INSERT INTO kites_b VALUES (1); DELETE FROM kites_b; DELETE FROM kites_a""")

    drop_tables(labels=["kites"], tables=["kites_a", "kites_b"])

    assert "kites_a" not in tables_here()


def test_schema_that_is_at_head_is_left_as_it_is_and_has_nothing_pending(in_alpha):
    at_head, installed = frozenset({"jobs"}), core_labels()

    made = make_tables(slug="kites", labels=at_head, installed=installed, known=["jobs_job"])

    assert made == PluginTables(tables=("jobs_job",), migrations=())
    assert find_script(plugin_key("kites", at_head)) is None
    assert [pending_sql(at_head, installed=installed) for _ in range(2)] == [[], []]
