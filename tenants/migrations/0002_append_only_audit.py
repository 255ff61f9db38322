"""Make the global audit append-only in the database, so that no code path can rewrite it."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION refuse_global_audit_change() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    RAISE EXCEPTION 'audit entries are append-only' USING ERRCODE = 'insufficient_privilege';
END $body$;
CREATE TRIGGER tenants_globalauditentry_append_only BEFORE UPDATE OR DELETE ON tenants_globalauditentry
    FOR EACH ROW EXECUTE FUNCTION refuse_global_audit_change();
CREATE TRIGGER tenants_globalauditentry_no_truncate BEFORE TRUNCATE ON tenants_globalauditentry
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_global_audit_change();
"""
BACKWARD = """
DROP TRIGGER tenants_globalauditentry_no_truncate ON tenants_globalauditentry;
DROP TRIGGER tenants_globalauditentry_append_only ON tenants_globalauditentry;
DROP FUNCTION refuse_global_audit_change();
"""


class Migration(migrations.Migration):
    """Triggers on the global audit table."""

    dependencies = [("tenants", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
