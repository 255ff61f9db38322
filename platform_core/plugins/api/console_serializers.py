"""Input and output of health, impact, archives, and history and tries of settings."""

from typing import Any

from rest_framework import serializers


class BreakerRuleSerializer(serializers.Serializer[Any]):
    """When a breaker opens."""

    failures = serializers.IntegerField(help_text="In the window, at least.")
    share = serializers.FloatField(help_text="Of the calls in the window that failed, at least.")
    window_seconds = serializers.FloatField()
    cooldown_seconds = serializers.FloatField(help_text="For which it stays open.")
    probes = serializers.IntegerField(help_text="Calls that must succeed before it closes.")


class HookHealthSerializer(serializers.Serializer[Any]):
    """One hook."""

    hook = serializers.CharField()
    hook_class = serializers.CharField(help_text="R L V N P or E.")
    calls = serializers.IntegerField()
    failures = serializers.IntegerField(help_text="Raised, or returned nonsense.")
    timeouts = serializers.IntegerField(help_text="Were ended.")
    skipped = serializers.IntegerField(help_text="Were not made because the breaker was open.")
    opened = serializers.IntegerField(help_text="How often the breaker opened.")
    mean_ms = serializers.FloatField(allow_null=True)
    p50_ms = serializers.FloatField(allow_null=True, help_text="Upper bound of the bucket in which the median lies.")
    p95_ms = serializers.FloatField(allow_null=True)
    breaker = serializers.ChoiceField(choices=["closed", "open", "none"])
    open_until = serializers.DateTimeField(allow_null=True)
    rule = BreakerRuleSerializer(allow_null=True)


class QuarantineRuleSerializer(serializers.Serializer[Any]):
    """When a process calls no hook of a plugin at all."""

    organizations = serializers.IntegerField(help_text="In which a breaker of it is open at once.")
    seconds = serializers.FloatField()


class HealthSerializer(serializers.Serializer[Any]):
    """How a plugin does here."""

    plugin = serializers.CharField()
    since = serializers.DateTimeField()
    status = serializers.ChoiceField(choices=["ok", "degraded", "suspended", "idle"])
    hooks = HookHealthSerializer(many=True)
    quarantine_seconds = serializers.FloatField(help_text="For which the answering process calls none of its hooks.")
    quarantine_rule = QuarantineRuleSerializer()


class TableSizeSerializer(serializers.Serializer[Any]):
    """A table of a plugin."""

    table = serializers.CharField()
    rows = serializers.IntegerField()
    bytes = serializers.IntegerField(help_text="With indexes.")


class FootprintSerializer(serializers.Serializer[Any]):
    """What a plugin has stored here."""

    tables = TableSizeSerializer(many=True)
    rows = serializers.IntegerField()
    bytes = serializers.IntegerField()
    settings_versions = serializers.IntegerField()
    files = serializers.IntegerField(help_text="Archives of its data; they outlive a purge until they expire.")
    file_bytes = serializers.IntegerField()


class PluginJobSerializer(serializers.Serializer[Any]):
    """A job of a plugin that waits or runs."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    status = serializers.CharField()


class ImpactSerializer(serializers.Serializer[Any]):
    """What disabling or purging a plugin would mean here."""

    plugin = serializers.CharField()
    state = serializers.CharField()
    needed_by = serializers.ListField(child=serializers.CharField(), help_text="Must be disabled first.")
    jobs = PluginJobSerializer(many=True)
    schedules = serializers.IntegerField(help_text="Jobs that come again by themselves.")
    waiting_events = serializers.IntegerField(help_text="Deliveries to its handlers that are given up.")
    projects = serializers.ListField(child=serializers.IntegerField(), help_text="Become read-only.")
    footprint = FootprintSerializer()
    retention_days = serializers.IntegerField(help_text="Between asking for a purge and the purge.")
    purge_due_at = serializers.DateTimeField(allow_null=True, help_text="Until then a purge can be taken back.")


class ArchiveSerializer(serializers.Serializer[Any]):
    """A file with the data of a plugin."""

    job = serializers.UUIDField(help_text="Names it: `/api/plugins/{slug}/export/{job}/` downloads it.")
    plugin = serializers.CharField()
    version = serializers.CharField(help_text="Of the plugin whose tables it holds.")
    created_at = serializers.DateTimeField()
    size = serializers.IntegerField()
    digest = serializers.CharField(help_text="SHA-256 of the file.")
    rows = serializers.IntegerField()


class RestoreSerializer(serializers.Serializer[Any]):
    """An archive to read."""

    file = serializers.FileField(help_text="As an export wrote it.")
    replace = serializers.BooleanField(default=False, help_text="Delete the rows that are there first.")


class SettingsAuthorSerializer(serializers.Serializer[Any]):
    """Who changed something."""

    id = serializers.IntegerField()
    email = serializers.EmailField()


class SettingChangeSerializer(serializers.Serializer[Any]):
    """One setting that changed."""

    path = serializers.CharField(help_text="Names joined by `/`.")
    change = serializers.ChoiceField(choices=["added", "changed", "removed", "set", "replaced"])
    before = serializers.JSONField(allow_null=True, required=False, help_text="Not there for a secret.")
    after = serializers.JSONField(allow_null=True, required=False, help_text="Not there for a secret.")
    secret = serializers.BooleanField(required=False)


class HistorySerializer(serializers.Serializer[Any]):
    """One version of the settings."""

    version = serializers.IntegerField()
    changed_at = serializers.DateTimeField()
    changed_by = SettingsAuthorSerializer(allow_null=True)
    changes = SettingChangeSerializer(many=True)


class TrySerializer(serializers.Serializer[Any]):
    """Settings to be tried out."""

    values = serializers.DictField(
        child=serializers.JSONField(allow_null=True), required=False, help_text="Without them, those that count now."
    )


class SettingIssueSerializer(serializers.Serializer[Any]):
    """What the plugin found."""

    plugin = serializers.CharField()
    hook = serializers.CharField()
    severity = serializers.ChoiceField(choices=["error", "warning"])
    code = serializers.CharField()
    message = serializers.CharField()
    key = serializers.CharField(allow_null=True, help_text="Setting to blame.")


class CheckSerializer(serializers.Serializer[Any]):
    """How a try went."""

    ok = serializers.BooleanField(help_text="No error was found; there may be warnings.")
    issues = SettingIssueSerializer(many=True)
