"""Input and output of plugin endpoints."""

from typing import Any

from rest_framework import serializers


class PermissionSerializer(serializers.Serializer[Any]):
    """A permission that a plugin asks for."""

    codename = serializers.CharField()
    reason = serializers.CharField(help_text="Why the plugin needs it.")
    roles = serializers.ListField(child=serializers.CharField(), help_text="Codes of the roles that get it.")


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
    default_enabled = serializers.BooleanField()
    permissions = PermissionSerializer(many=True)
    data_classes = serializers.ListField(child=serializers.CharField())
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


class PlanSerializer(serializers.Serializer[Any]):
    """What enabling or upgrading would do."""

    slug = serializers.CharField()
    action = serializers.ChoiceField(choices=["enable", "upgrade"])
    from_version = serializers.CharField(allow_null=True)
    to_version = serializers.CharField()
    depends = DependencySerializer(many=True)
    permissions = PermissionSerializer(many=True)
    data_classes = serializers.ListField(child=serializers.CharField())
    sql = serializers.ListField(child=serializers.CharField(), help_text="Statements of the pending migrations.")
    notes = NoteSerializer(many=True)
    projects = serializers.ListField(child=serializers.IntegerField(), help_text="Projects that use the plugin.")
    blockers = serializers.ListField(child=serializers.CharField(), help_text="Why it cannot be enabled now.")
    plan_hash = serializers.CharField(help_text="Send it with `enable/`.")


class EnableSerializer(serializers.Serializer[Any]):
    """Consent to a plan."""

    plan_hash = serializers.CharField(max_length=64, help_text="Of the plan that was shown.")


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
        child=serializers.JSONField(),
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
