"""Aviation as a plugin that new organizations have from the start: tables by replay, data by its own hook."""

import secrets
from dataclasses import replace

import pytest
from django.db import connection

from platform_core.members.services.organizations import create_organization
from platform_core.plugins.loader import PluginRegistry, get_registry, use_registry
from platform_core.plugins.models import Activation
from platform_core.plugins.services.activation import enable_plugin
from tenants.scope import tenant_scope
from tenants.scripts import find_script, plugin_key

CATALOGUE = """
    SELECT 'column', c.relname, a.attname, format_type(a.atttypid, a.atttypmod) FROM pg_class c
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND c.relname LIKE 'aviation%%'
    UNION ALL SELECT 'constraint', c.relname, o.conname, pg_get_constraintdef(o.oid) FROM pg_constraint o
    JOIN pg_class c ON c.oid = o.conrelid
    WHERE o.connamespace = current_schema()::regnamespace AND c.relname LIKE 'aviation%%'
    UNION ALL SELECT 'index', tablename, indexname, replace(indexdef, schemaname || '.', '') FROM pg_indexes
    WHERE schemaname = current_schema() AND tablename LIKE 'aviation%%' ORDER BY 1, 2, 3"""


@pytest.fixture
def by_default():
    aviation = get_registry().plugins["aviation"]
    usual = replace(aviation, manifest=replace(aviation.manifest, default_enabled=True))
    with use_registry(PluginRegistry(plugins={"aviation": usual})):
        yield


def _create():
    slug = f"gamma-{secrets.token_hex(4)}"
    return create_organization(slug=slug, name="G", owner_email="owner@alpha.example", owner_password=None)


def _facts(organization):
    with tenant_scope(organization), connection.cursor() as cursor:
        cursor.execute(CATALOGUE)
        tables = cursor.fetchall()
        cursor.execute("SELECT count(*) FROM aviation_taxonomypack")
        row = Activation.objects.get(pk="aviation")
        return tables, cursor.fetchone()[0], (row.state, row.version, row.tables, row.app_labels)


def test_first_new_organization_migrates_and_the_next_replays_the_same_tables(alpha, by_default):
    with tenant_scope(alpha):
        assert not Activation.objects.filter(pk="aviation").exists()
        enable_plugin(slug="aviation", plan_hash=None, actor=None)
    assert find_script(plugin_key("aviation", frozenset({"aviation"}))) is not None

    first, second = _create(), _create()

    assert len(_facts(alpha)[0]) > 20
    assert _facts(alpha)[1] > 0
    assert _facts(first) == _facts(second) == _facts(alpha)


def test_without_a_script_the_organization_is_migrated_and_leaves_one(alpha, by_default):
    made = _create()

    tables, packs, (state, _version, names, _labels) = _facts(made)
    assert (state, packs > 0, len(names)) == ("enabled", True, 2)
    script = find_script(plugin_key("aviation", frozenset({"aviation"})))
    assert (script.tables, len(tables) > 20) == (names, True)
