import pytest
from django.db import connection

from platform_core.api.errors import ValidationFailedError
from platform_core.members.models import Member
from platform_core.members.services.organizations import create_organization
from tenants.digests import core_labels
from tenants.engine import migrate_here
from tenants.models import Organization
from tenants.scope import OrganizationRef, public_scope, tenant_scope
from tenants.scripts import create_schema

CATALOGUE = {
    "columns": """
        SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
               pg_get_expr(d.adbin, d.adrelid)
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
        WHERE c.relnamespace = %s::regnamespace AND c.relkind IN ('r', 'S', 'v', 'm') ORDER BY 1, 2""",
    "constraints": """
        SELECT c.relname, o.conname, o.contype::text, pg_get_constraintdef(o.oid), o.condeferrable,
               o.condeferred, o.convalidated
        FROM pg_constraint o JOIN pg_class c ON c.oid = o.conrelid
        WHERE c.relnamespace = %s::regnamespace ORDER BY 1, 2""",
    "indexes": """
        SELECT tablename, indexname, replace(indexdef, schemaname || '.', '') FROM pg_indexes
        WHERE schemaname::regnamespace = %s::regnamespace ORDER BY 1, 2""",
    "triggers": """
        SELECT c.relname, g.tgname, g.tgtype, p.proname FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid
        JOIN pg_proc p ON p.oid = g.tgfoid
        WHERE c.relnamespace = %s::regnamespace AND NOT g.tgisinternal ORDER BY 1, 2""",
    "functions": "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = %s::regnamespace ORDER BY 1",
    "sequences": """
        SELECT sequencename, data_type::text, start_value, increment_by, cycle FROM pg_sequences
        WHERE schemaname::regnamespace = %s::regnamespace ORDER BY 1""",
}


def _catalogue(schema):
    found = {}
    with connection.cursor() as cursor:
        for name, query in CATALOGUE.items():
            cursor.execute(query, [schema])
            found[name] = cursor.fetchall()
    return found


def test_replayed_schema_is_catalogue_identical_to_a_migrated_one(alpha):
    migrated = OrganizationRef(id=0, slug="migrated", schema="o_migrated")
    create_schema(migrated.schema)
    with tenant_scope(migrated):
        migrate_here(core_labels())
    with tenant_scope(alpha):
        replayed_catalogue = _catalogue(alpha.schema)
    with tenant_scope(migrated):
        migrated_catalogue = _catalogue(migrated.schema)

    assert len(migrated_catalogue["constraints"]) > 100
    assert replayed_catalogue == migrated_catalogue


def test_created_organization_has_its_owner_and_no_other(alpha, beta):
    with tenant_scope(alpha):
        assert list(Member.objects.values_list("email", "role")) == [("owner@alpha.example", "OW")]
    with tenant_scope(beta):
        assert list(Member.objects.values_list("email", "role")) == [("owner@beta.example", "OW")]


@pytest.mark.parametrize(
    "slug", ["Ab", "a", "1ab", "ab-", "api", "www", "a b", "../x", "o'x", "xn--a", "ä-org", "a" * 41, "null"]
)
def test_malformed_or_reserved_slug_is_refused_and_nothing_is_written(db, slug):
    before = Organization.objects.count()

    with pytest.raises(ValidationFailedError) as refused:
        create_organization(slug=slug, name="X", owner_email="x@example.com", owner_password="correct-horse-1")

    assert "slug" in refused.value.validation_errors
    assert Organization.objects.count() == before


def test_taken_slug_is_refused(alpha):
    with pytest.raises(ValidationFailedError, match="Validation error") as refused:
        create_organization(slug="alpha", name="X", owner_email="x@example.com", owner_password="correct-horse-1")

    assert refused.value.validation_errors == {"slug": ['An organization "alpha" exists already.']}


def test_statement_without_scope_cannot_reach_tenant_tables(alpha):
    from django.db import ProgrammingError, transaction

    with pytest.raises(ProgrammingError, match="members_member"), public_scope(), transaction.atomic():
        Member.objects.count()
