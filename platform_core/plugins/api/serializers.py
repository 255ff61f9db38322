"""Input and output of plugin endpoints."""

from typing import Any

from rest_framework import serializers


class PermissionSerializer(serializers.Serializer[Any]):
    """A permission that a plugin asks for."""

    codename = serializers.CharField()
    reason = serializers.CharField(help_text="Why the plugin needs it.")
    roles = serializers.ListField(child=serializers.CharField(), help_text="Codes of the roles that get it.")


class NeededBySerializer(serializers.Serializer[Any]):
    """A plugin that needs another one."""

    slug = serializers.CharField()
    enabled = serializers.BooleanField(help_text="Whether it is enabled here.")


class AskedSerializer(serializers.Serializer[Any]):
    """What a plugin asks for."""

    permissions = serializers.ListField(child=serializers.CharField(), help_text="Codenames.")
    data_classes = serializers.ListField(child=serializers.CharField())
    outbound_hosts = serializers.ListField(child=serializers.CharField())


class PluginSerializer(serializers.Serializer[Any]):
    """A plugin as the organization sees it."""

    slug = serializers.CharField(help_text="Stable name; also the URL segment of its routes.")
    name = serializers.CharField()
    summary = serializers.CharField()
    author = serializers.CharField()
    license = serializers.CharField()
    state = serializers.CharField(
        help_text="available, enabling, enabled, disabled, purging, ..., quarantined or missing."
    )
    version = serializers.CharField(help_text="Of the installed code.")
    installed_version = serializers.CharField(help_text="Whose tables are here; empty where none are.")
    hook_level = serializers.IntegerField(allow_null=True)
    depends = serializers.ListField(child=serializers.CharField())
    needed_by = NeededBySerializer(many=True, help_text="Installed plugins that need it.")
    default_enabled = serializers.BooleanField()
    permissions = PermissionSerializer(many=True)
    data_classes = serializers.ListField(child=serializers.CharField())
    outbound_hosts = serializers.ListField(
        child=serializers.CharField(), help_text="Whom it may call; `*` is anybody, an empty list nobody."
    )
    tier = serializers.ChoiceField(
        choices=["bronze", "silver", "gold"],
        allow_null=True,
        help_text="What `tenon plugin prove` computed for the installed files; null where nobody has proven them.",
    )
    consent_needed = AskedSerializer(
        allow_null=True, help_text="What an upgrade asks beyond what was agreed to here; withheld until then."
    )
    retention_days = serializers.IntegerField(help_text="Days between a purge request and the purge.")
    error = serializers.CharField(help_text="Why it is quarantined, or why the last act failed.")
    enabled_at = serializers.DateTimeField(allow_null=True)
    purge_due_at = serializers.DateTimeField(allow_null=True)


class NoteSerializer(serializers.Serializer[Any]):
    """What a plugin says about being enabled."""

    level = serializers.ChoiceField(choices=["info", "warn", "block"])
    message = serializers.CharField()


class DependencySerializer(serializers.Serializer[Any]):
    """A plugin that must be enabled first."""

    slug = serializers.CharField()
    state = serializers.CharField()


class ClosureSerializer(serializers.Serializer[Any]):
    """A plugin that is needed, directly or not."""

    slug = serializers.CharField()
    state = serializers.CharField(help_text="Here; missing where it is not installed.")
    version = serializers.CharField(help_text="Of the installed code.")
    direct = serializers.BooleanField(help_text="Named by the plugin itself.")


class TouchedTableSerializer(serializers.Serializer[Any]):
    """A table that the statements of a plan touch."""

    table = serializers.CharField()
    action = serializers.ChoiceField(choices=["created", "dropped", "altered", "referenced"])
    rows = serializers.IntegerField(allow_null=True, help_text="In it now; null where it is referenced only.")


class RehearsalSerializer(serializers.Serializer[Any]):
    """How the migrations went in an empty copy of the schema."""

    seconds = serializers.FloatField(help_text="On empty tables; `touched` says how many rows there are really.")
    migrations = serializers.IntegerField()
    tables = serializers.ListField(child=serializers.CharField(), help_text="That the plugin has afterwards.")
    error = serializers.CharField(help_text="Why they failed; empty when they did not.")


class PlanSerializer(serializers.Serializer[Any]):
    """What enabling or upgrading would do."""

    slug = serializers.CharField()
    action = serializers.ChoiceField(
        choices=["enable", "upgrade", "consent"], help_text="consent: nothing but an agreement is missing."
    )
    from_version = serializers.CharField(allow_null=True)
    to_version = serializers.CharField()
    depends = DependencySerializer(many=True)
    closure = ClosureSerializer(many=True, help_text="Everything it needs, in the order in which to enable it.")
    permissions = PermissionSerializer(many=True)
    data_classes = serializers.ListField(child=serializers.CharField())
    outbound_hosts = serializers.ListField(child=serializers.CharField())
    added = AskedSerializer(help_text="Beyond what was agreed to here before.")
    removed = AskedSerializer(help_text="No longer asked for.")
    sql = serializers.ListField(child=serializers.CharField(), help_text="Statements of the pending migrations.")
    python_steps = serializers.IntegerField(help_text="Operations in Python, whose effect no statement shows.")
    touched = TouchedTableSerializer(many=True)
    notes = NoteSerializer(many=True)
    projects = serializers.ListField(child=serializers.IntegerField(), help_text="Projects that use the plugin.")
    blockers = serializers.ListField(child=serializers.CharField(), help_text="Why it cannot be enabled now.")
    plan_hash = serializers.CharField(help_text="Send it with `enable/`.")
    consent = serializers.CharField(
        help_text="Your agreement to this very plan, signed, valid for an hour; `enable/` takes it too."
    )
    rehearsal = RehearsalSerializer(allow_null=True, help_text="With `?rehearse=true`, where nothing blocks.")


class EnableSerializer(serializers.Serializer[Any]):
    """Consent to a plan."""

    plan_hash = serializers.CharField(max_length=64, required=False, help_text="Of the plan that was shown.")
    consent = serializers.CharField(max_length=1024, required=False, help_text="Of the plan that was shown, signed.")


class PurgeSerializer(serializers.Serializer[Any]):
    """Consent to a purge."""

    confirm = serializers.CharField(max_length=31, help_text="The plugin's slug.")
    force = serializers.BooleanField(default=False, help_text="At once; needs plugins.purge_now.")


class ActSerializer(serializers.Serializer[Any]):
    """An act that is under way or done."""

    plugin = serializers.CharField()
    state = serializers.CharField(help_text="State of the plugin now.")
    job = serializers.UUIDField(allow_null=True, help_text="Job that does it; see `/api/jobs/{id}/`.")
    status = serializers.CharField(allow_null=True, help_text="Status of the job.")
    purge_due_at = serializers.DateTimeField(allow_null=True, help_text="When the data will be purged.")


class SettingsSerializer(serializers.Serializer[Any]):
    """Settings of a plugin."""

    version = serializers.IntegerField(read_only=True, help_text="Counts up with each change; 0 = the defaults.")
    values = serializers.DictField(
        child=serializers.JSONField(allow_null=True),
        help_text=(
            "Checked against the plugin's schema. Secret ones (`writeOnly` in the schema) are never answered; "
            "one that is not sent stays, and null takes it away."
        ),
    )
    secrets = serializers.ListField(
        child=serializers.CharField(), read_only=True, help_text="Paths of the secret settings that are set."
    )
    schema = serializers.DictField(
        child=serializers.JSONField(), read_only=True, help_text="JSON Schema of the values."
    )
    project = serializers.IntegerField(
        read_only=True, allow_null=True, help_text="Whose own these are; null for the organization's."
    )
    effective = serializers.DictField(
        child=serializers.JSONField(),
        read_only=True,
        help_text="What counts: defaults, then the organization's, then the project's.",
    )
