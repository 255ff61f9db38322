"""Which plugins this organization has, and their settings."""

from django.db import models

from platform_core.members.models import Member
from tenants.records import TimestampedModel


class ActivationState(models.TextChoices):
    """States of a plugin in one organization (DESIGN §4). Quarantined and missing are computed, never stored."""

    AVAILABLE = "available", "Available"
    ENABLING = "enabling", "Being enabled"
    ENABLED = "enabled", "Enabled"
    UPGRADING = "upgrading", "Being upgraded"
    DISABLING = "disabling", "Being disabled"
    DISABLED = "disabled", "Disabled, data kept"
    PURGING = "purging", "Purge due"
    ENABLE_FAILED = "enable_failed", "Enabling failed"
    UPGRADE_FAILED = "upgrade_failed", "Upgrade failed"
    PURGE_FAILED = "purge_failed", "Purge failed"


class Activation(TimestampedModel):
    """State of one plugin here. Knows enough to purge it when its code is gone."""

    slug = models.CharField(max_length=31, primary_key=True, help_text="Slug of the plugin.")
    state = models.CharField(
        max_length=16, choices=ActivationState, default=ActivationState.AVAILABLE, help_text="Where the plugin stands."
    )
    version = models.CharField(max_length=64, blank=True, default="", help_text="Version whose tables are here.")
    depends = models.JSONField(default=list, help_text="Slugs it needed when it was enabled.")
    app_labels = models.JSONField(default=list, help_text="Labels whose tables and migration rows belong to it.")
    tables = models.JSONField(default=list, help_text="Tables it made here.")
    error = models.TextField(blank=True, default="", help_text="Why the last act failed.")
    purge_due_at = models.DateTimeField(null=True, help_text="When its data will be purged (UTC).")
    enabled_at = models.DateTimeField(null=True, help_text="When it was last enabled (UTC).")
    enabled_by = models.ForeignKey(
        Member, null=True, on_delete=models.SET_NULL, db_index=False, related_name="+", help_text="Who enabled it."
    )
    consent = models.JSONField(null=True, help_text="What was agreed to, by whom and when; null: before it was kept.")
    withheld = models.JSONField(
        null=True, default=list, help_text="Codenames that an upgrade asked for and nobody has granted."
    )


class PluginSettings(TimestampedModel):
    """Settings of a plugin here, or what a project sets otherwise, checked against its schema; one row a version."""

    slug = models.CharField(max_length=31, help_text="Slug of the plugin.")
    project = models.ForeignKey(
        "projects.Project",
        null=True,
        on_delete=models.CASCADE,
        db_index=False,
        related_name="+",
        help_text="For which project alone; null: for all that set nothing else.",
    )
    version = models.PositiveIntegerField(help_text="Counts up with each change.")
    values = models.JSONField(default=dict, help_text="The settings, without the secret ones.")
    sealed = models.JSONField(default=dict, help_text="Secret settings by path, sealed.")
    changed_by = models.ForeignKey(
        Member, null=True, on_delete=models.SET_NULL, db_index=False, related_name="+", help_text="Who changed them."
    )
    secret_changes = models.JSONField(
        null=True, default=dict, help_text="Path of a secret -> set or removed; never a secret."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["slug", "project", "version"], nulls_distinct=False, name="plugin_settings_version_unique"
            )
        ]
