"""Make the audit append-only in the database, so that no code path can rewrite it."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    RAISE EXCEPTION 'audit entries are append-only' USING ERRCODE = 'insufficient_privilege';
END $body$;
CREATE TRIGGER events_auditentry_append_only BEFORE UPDATE OR DELETE ON events_auditentry
    FOR EACH ROW EXECUTE FUNCTION refuse_audit_change();
CREATE TRIGGER events_auditentry_no_truncate BEFORE TRUNCATE ON events_auditentry
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
"""
BACKWARD = """
DROP TRIGGER events_auditentry_no_truncate ON events_auditentry;
DROP TRIGGER events_auditentry_append_only ON events_auditentry;
DROP FUNCTION refuse_audit_change();
"""


class Migration(migrations.Migration):
    """Triggers on the audit table."""

    dependencies = [("events", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
