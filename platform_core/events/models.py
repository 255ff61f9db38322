"""Outbox and audit of the organization."""

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
        indexes = [models.Index(fields=["target_type", "target_id"], name="audit_target")]
