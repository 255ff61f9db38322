"""Outbox and audit of the organization."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models

from platform_core.members.models import Member
from tenants.records import AuditRecord, OutboxRecord


class OutboxEvent(OutboxRecord):
    """An event of this organization, written in the transaction of the change."""

    class Meta:
        indexes = [models.Index(fields=["id"], condition=models.Q(relayed_at=None), name="outbox_unrelayed")]


class DeliveryStatus(models.TextChoices):
    """Life of a delivery to one handler."""

    PENDING = "pending", "Pending"
    DELIVERED = "delivered", "Delivered"
    DEAD = "dead", "Given up"


class EventDelivery(models.Model):
    """One event for one plugin handler; retried with back-off until it is delivered or given up."""

    id = models.BigAutoField(primary_key=True, help_text="Identifier.")
    event = models.ForeignKey(
        OutboxEvent, on_delete=models.CASCADE, db_index=False, related_name="deliveries", help_text="The event."
    )
    plugin = models.CharField(max_length=31, help_text="Whose handler.")
    handler = models.CharField(max_length=100, help_text="Key of the handler.")
    status = models.CharField(max_length=16, choices=DeliveryStatus, default=DeliveryStatus.PENDING, help_text="State.")
    attempts = models.PositiveSmallIntegerField(default=0, help_text="Attempts so far.")
    next_attempt_at = models.DateTimeField(help_text="Not tried before (UTC).")
    error = models.TextField(blank=True, default="", help_text="Why the last attempt failed.")
    created_at = models.DateTimeField(auto_now_add=True, help_text="When the row was made (UTC).")
    updated_at = models.DateTimeField(auto_now=True, help_text="When the row was last changed (UTC).")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "plugin", "handler"], name="event_delivery_unique")]
        indexes = [
            models.Index(
                fields=["next_attempt_at"], condition=models.Q(status="pending"), name="event_delivery_pending"
            )
        ]

    def __str__(self) -> str:
        return f"event {self.event_id} for {self.plugin}.{self.handler}"


class StreamMessage(models.Model):
    """Something that one member's open pages are told; kept for a day, so that a page that was away hears it later."""

    id = models.BigAutoField(primary_key=True, help_text="Identifier; grows with time, as `Last-Event-ID` needs it.")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+", help_text="Who is told.")
    type = models.CharField(max_length=100, help_text="Name of the message.")
    data = models.JSONField(default=dict, help_text="What is told; never secrets.")
    created_at = models.DateTimeField(auto_now_add=True, help_text="When it was written (UTC).")
    updated_at = models.DateTimeField(auto_now=True, help_text="When the row was last changed (UTC).")

    def __str__(self) -> str:
        return f"{self.type} for member {self.member_id}"


class StreamTicket(models.Model):
    """Lets its bearer open one stream, once, within half a minute. Only the digest of its text is kept."""

    digest = models.CharField(max_length=64, primary_key=True, help_text="SHA-256 of the ticket.")
    member = models.ForeignKey(
        Member, on_delete=models.CASCADE, related_name="+", db_index=False, help_text="Whose stream."
    )
    role = models.CharField(max_length=40, help_text="Role then; with another one the stream ends.")
    credential = models.CharField(max_length=16, help_text="Kind of the credential that asked for it.")
    proof = models.CharField(max_length=64, help_text="Names the credential; the stream ends with it.")
    sees_all_jobs = models.BooleanField(default=False, help_text="Whether jobs of others are shown.")
    last_event_id = models.BigIntegerField(null=True, help_text="Last message that the page has seen.")
    expires_at = models.DateTimeField(help_text="Until when it can be used (UTC).")
    created_at = models.DateTimeField(auto_now_add=True, help_text="When it was issued (UTC).")
    updated_at = models.DateTimeField(auto_now=True, help_text="When the row was last changed (UTC).")

    def __str__(self) -> str:
        return f"stream ticket of member {self.member_id}"


class AuditEntry(AuditRecord):
    """An audit entry of this organization."""

    actor = models.ForeignKey(
        Member,
        null=True,
        on_delete=models.DO_NOTHING,
        related_name="+",
        help_text="Who acted; null for the platform itself.",
    )
    credential = models.CharField(
        max_length=16,
        blank=True,
        default="",
        help_text="api_key, access_token or session; platform in a job; empty without an actor.",
    )
    credential_id = models.UUIDField(null=True, help_text="Which API key or refresh token, where there is one.")
    plugin = models.CharField(
        max_length=31, blank=True, default="", help_text="Plugin whose route, hook or job acted; empty for the core."
    )

    class Meta:
        indexes = [
            models.Index(fields=["target_type", "target_id"], name="audit_target"),
            # Says of 32 pages at once whether something seldom is there; a thousandth of the table, and as good as free
            # to keep, because it is written for the pages before the last ones only. Dates need none: see `queries`.
            BrinIndex(
                fields=["action", "request_id", "ip_address"],
                opclasses=["text_bloom_ops", "text_bloom_ops", "inet_bloom_ops"],
                pages_per_range=32,
                autosummarize=True,
                name="audit_seldom",
            ),
        ]
