"""Organizations and what `public` knows of the fleet."""

from typing import Any, NoReturn

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django_tenants.models import DomainMixin, TenantMixin

from tenants.records import AuditRecord, JobRecord, OutboxRecord, TimestampedModel
from tenants.scope import OrganizationRef


class OrganizationStatus(models.TextChoices):
    """Life of an organization."""

    ACTIVE = "active", "Active"
    DELETING = "deleting", "Deletion due"


class Organization(TenantMixin, TimestampedModel):  # type: ignore[misc]  # django-tenants is untyped
    """A tenant: one schema, one subdomain."""

    name = models.CharField(max_length=255, help_text="Display name.")
    slug = models.CharField(max_length=40, unique=True, help_text="Subdomain; see tenants.slugs.")
    status = models.CharField(
        max_length=16,
        choices=OrganizationStatus,
        default=OrganizationStatus.ACTIVE,
        help_text="Serving or being deleted.",
    )
    delete_after = models.DateTimeField(null=True, help_text="End of the grace time of a deletion (UTC).")
    created_by_user_id = models.BigIntegerField(null=True, help_text="Global user who created it.")
    contact_info = models.EmailField(null=True, blank=True, help_text="Address for questions to the organization.")
    cluster = models.CharField(max_length=32, default="default", help_text="Database alias that holds the schema.")

    auto_create_schema = False
    auto_drop_schema = False

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(slug__regex=r"^[a-z][a-z0-9-]{1,38}[a-z0-9]$"), name="organization_slug_form"
            )
        ]

    def ref(self) -> OrganizationRef:
        """Return the frozen reference that scopes and services take."""
        return OrganizationRef(id=self.pk, slug=self.slug, schema=self.schema_name)

    def __enter__(self) -> NoReturn:
        """Refuse: django-tenants keeps the previous tenant in a list shared by all threads, which leaks."""
        raise ImproperlyConfigured("Use tenants.scope.tenant_scope(organization.ref())")

    def __exit__(self, *_exc: object) -> None:
        """Never reached."""


class Domain(DomainMixin, TimestampedModel):  # type: ignore[misc]
    """A host, with or without port, that leads to an organization."""


class MembershipIndex(TimestampedModel):
    """Which user belongs where: an index for sign-in pages. The organization's own `Member` rows are the truth."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships", help_text="The user."
    )
    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="memberships", help_text="Where."
    )
    role = models.CharField(max_length=2, help_text="Role code, copied from the member row.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "organization"], name="membership_index_unique")]


class SchemaState(TimestampedModel):
    """What a schema has been migrated to; written in the migration's own transaction."""

    organization = models.OneToOneField(
        Organization, on_delete=models.CASCADE, primary_key=True, related_name="schema_state", help_text="Whose schema."
    )
    core_digest = models.CharField(max_length=64, help_text="Digest of the core migrations applied there.")
    plugins = models.JSONField(default=dict, help_text="Plugin slug to {version, digest, state} as applied there.")

    class Meta:
        indexes = [models.Index(fields=["core_digest"], name="schema_state_core")]


class HookHealth(TimestampedModel):
    """How the calls of one hook of one plugin went: in an organization in an hour, or ever and everywhere.

    State of the fleet, written by all processes in one statement each; see ADR 16.
    """

    organization = models.ForeignKey(
        Organization,
        null=True,
        on_delete=models.CASCADE,
        db_index=False,
        related_name="+",
        help_text="Where; null in the row that counts everywhere.",
    )
    plugin = models.CharField(max_length=31, help_text="Slug of the plugin.")
    hook = models.CharField(max_length=63, help_text="Name of the hook.")
    hour = models.DateTimeField(null=True, help_text="Beginning of the hour (UTC); null in the row that counts ever.")
    calls = models.BigIntegerField(default=0, help_text="Calls that were made.")
    failures = models.BigIntegerField(default=0, help_text="Of these, those that raised or returned nonsense.")
    timeouts = models.BigIntegerField(default=0, help_text="Of these, those that were ended.")
    skipped = models.BigIntegerField(default=0, help_text="Calls that were not made because the breaker was open.")
    opened = models.BigIntegerField(default=0, help_text="How often the breaker opened.")
    seconds = models.FloatField(default=0, help_text="Time in the calls together.")
    buckets = ArrayField(models.BigIntegerField(), help_text="Calls by time; platform_core.plugins.statistics.BOUNDS.")
    open_until = models.DateTimeField(null=True, help_text="Until when the breaker is open (UTC).")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "plugin", "hook", "hour"], nulls_distinct=False, name="hook_health_unique"
            )
        ]


class DdlScript(TimestampedModel):
    """A script that builds the tables of the core or of one plugin, replayed instead of migrating."""

    key = models.CharField(max_length=140, primary_key=True, help_text="Kind, name and digest of the migrations.")
    script = models.TextField(help_text="Statements without any schema name.")
    migrations = models.JSONField(help_text="List of [app, name] that the script stands for.")
    tables = models.JSONField(default=list, help_text="Names of the tables that a plugin's script makes.")


class GlobalJob(JobRecord):
    """A job without an organization."""

    class Meta:
        indexes = [models.Index(fields=["status", "queue", "run_after"], name="global_job_claim")]
        constraints = [
            models.UniqueConstraint(
                fields=["plugin", "schedule_key"],
                condition=~models.Q(schedule_key=""),
                name="global_job_schedule_unique",
            )
        ]


class GlobalOutboxEvent(OutboxRecord):
    """An event without an organization."""


class GlobalAuditEntry(AuditRecord):
    """An audit entry without an organization."""

    actor_user_id = models.BigIntegerField(null=True, help_text="Global user who acted.")


class WorkHint(models.Model):
    """Says to the polling worker: this organization has work. Deleted when taken."""

    organization = models.OneToOneField(
        Organization, on_delete=models.CASCADE, primary_key=True, help_text="Who has work."
    )
    created_at = models.DateTimeField(auto_now_add=True, help_text="When the work came (UTC).")
    updated_at = models.DateTimeField(auto_now=True, help_text="When it was last renewed (UTC).")

    def __str__(self) -> str:
        return f"work for organization {self.organization_id}"


def organization_refs(**filters: Any) -> list[OrganizationRef]:
    """Return references of the organizations that match, by id."""
    rows = Organization.objects.filter(**filters).order_by("pk").values_list("pk", "slug", "schema_name")
    return [OrganizationRef(id=pk, slug=slug, schema=schema) for pk, slug, schema in rows]
