"""Tables of the plugin: who wants to be called, what is to be sent, and what became of each attempt."""

from typing import ClassVar, Self
from uuid import UUID

from django.db import models

from platform_core.sdk.fields import CoreForeignKey, CoreForeignKeyConstraint, OnCoreDelete
from platform_core.sdk.secrets import SealedTextField


class Webhook(models.Model):
    """A URL that wants to be called. One of a project goes with it."""

    project = CoreForeignKey("projects.Project", null=True, help_text="Only its events; null: all.")
    url = models.TextField(help_text="Where events are posted.")
    send_payload = models.BooleanField(default=True, help_text="Send the objects, or only the action's name.")
    send_for_all_actions = models.BooleanField(default=True, help_text="Send every action, whatever `actions` says.")
    actions = models.JSONField(default=list, help_text="Actions that are sent.")
    headers = models.JSONField(default=dict, help_text="Headers that are sent along.")
    is_active = models.BooleanField(default=True, help_text="Whether anything is sent.")
    secret = SealedTextField(null=True, help_text="Signs what is sent.")
    previous_secret = SealedTextField(null=True, help_text="Signs beside it after a rotation.")
    previous_secret_until = models.DateTimeField(null=True, help_text="How long it does (UTC).")
    consecutive_failures = models.PositiveIntegerField(default=0, help_text="Failed attempts since a success.")
    disabled_reason = models.CharField(max_length=200, blank=True, default="", help_text="Why it went off by itself.")
    created_by = CoreForeignKey("members.Member", null=True, help_text="Who made it.")
    created_at = models.DateTimeField(auto_now_add=True, help_text="When it was made (UTC).")
    updated_at = models.DateTimeField(auto_now=True, help_text="When it was last changed (UTC).")

    objects: ClassVar[models.Manager[Self]] = models.Manager()

    class Meta:
        ordering = ("id",)
        constraints = [
            CoreForeignKeyConstraint(field="project", name="webhooks_webhook_project_fk"),
            CoreForeignKeyConstraint(
                field="created_by", name="webhooks_webhook_created_by_fk", on_delete=OnCoreDelete.SET_NULL
            ),
        ]

    def __str__(self) -> str:
        return f"webhook {self.pk}"


class DeliveryStatus(models.TextChoices):
    """Life of a delivery."""

    PENDING = "pending", "Waiting"
    DELIVERED = "delivered", "Delivered"
    FAILED = "failed", "Given up"


class Delivery(models.Model):
    """One message for one webhook. Its body is fixed, so that each attempt sends the same."""

    id = models.UUIDField(primary_key=True, help_text="Identifier; the same event makes the same one.")
    # Rows of a project's webhooks go in the database, without Django's knowledge.
    webhook_id: int
    webhook = CoreForeignKey(Webhook, db_index=False, help_text="For whom.")
    message_id = models.CharField(max_length=40, help_text="`webhook-id`, the same at each attempt and replay.")
    action = models.CharField(max_length=100, help_text="What happened.")
    body = models.TextField(help_text="JSON that is posted.")
    rest = models.JSONField(null=True, help_text="What is left of a big event for the deliveries after this one.")
    status = models.CharField(max_length=16, choices=DeliveryStatus, default=DeliveryStatus.PENDING, help_text="State.")
    attempts = models.PositiveSmallIntegerField(default=0, help_text="Attempts whose outcome is known.")
    next_attempt_at = models.DateTimeField(null=True, help_text="When it is tried again (UTC).")
    created_at = models.DateTimeField(auto_now_add=True, help_text="When it was made (UTC).")
    updated_at = models.DateTimeField(auto_now=True, help_text="When it was last changed (UTC).")

    objects: ClassVar[models.Manager[Self]] = models.Manager()

    class Meta:
        ordering = ("-created_at", "-id")
        constraints = [CoreForeignKeyConstraint(field="webhook", name="webhooks_delivery_webhook_fk")]
        indexes = [models.Index(fields=["webhook", "-created_at"], name="webhooks_delivery_log")]

    def __str__(self) -> str:
        return f"{self.action} for webhook {self.webhook_id}"


class Attempt(models.Model):
    """What became of one attempt."""

    delivery_id: UUID
    delivery = CoreForeignKey(Delivery, db_index=False, help_text="Of what.")
    number = models.PositiveSmallIntegerField(help_text="From 1.")
    url_host = models.CharField(max_length=255, help_text="Host that was called.")
    request_digest = models.CharField(max_length=64, help_text="SHA-256 of the body.")
    started_at = models.DateTimeField(help_text="When it was sent (UTC).")
    duration_ms = models.PositiveIntegerField(help_text="Milliseconds until the answer.")
    response_status = models.PositiveSmallIntegerField(null=True, help_text="HTTP status; null without an answer.")
    response_excerpt = models.CharField(max_length=1000, blank=True, default="", help_text="Beginning of the answer.")
    error = models.CharField(max_length=300, blank=True, default="", help_text="Why there was no answer.")
    created_at = models.DateTimeField(auto_now_add=True, help_text="When it was recorded (UTC).")
    updated_at = models.DateTimeField(auto_now=True, help_text="When the row was last changed (UTC).")

    objects: ClassVar[models.Manager[Self]] = models.Manager()

    class Meta:
        ordering = ("number",)
        constraints = [
            CoreForeignKeyConstraint(field="delivery", name="webhooks_attempt_delivery_fk"),
            models.UniqueConstraint(fields=["delivery", "number"], name="webhooks_attempt_once"),
        ]

    def __str__(self) -> str:
        return f"attempt {self.number} of {self.delivery_id}"
