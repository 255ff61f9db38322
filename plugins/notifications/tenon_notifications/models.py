"""Tables of the plugin: what members were told, and what they do not want to be told."""

from typing import ClassVar, Self

from django.db import models

from platform_core.sdk.fields import CoreForeignKey, CoreForeignKeyConstraint


class Notification(models.Model):
    """One thing that one member was told."""

    member = CoreForeignKey("members.Member", db_index=False, help_text="Whose inbox.")
    event_id = models.UUIDField(help_text="The event that it tells of; the same event tells a member once.")
    type = models.CharField(max_length=100, help_text="Type of the event.")
    text = models.CharField(max_length=500, help_text="One sentence.")
    data = models.JSONField(default=dict, help_text="Payload of the event.")
    occurred_at = models.DateTimeField(help_text="When it happened (UTC).")
    read_at = models.DateTimeField(null=True, help_text="When the member read it (UTC); null until then.")
    created_at = models.DateTimeField(auto_now_add=True, help_text="When it was written (UTC).")
    updated_at = models.DateTimeField(auto_now=True, help_text="When it was last changed (UTC).")

    objects: ClassVar[models.Manager[Self]] = models.Manager()

    class Meta:
        ordering = ("-id",)
        constraints = [
            CoreForeignKeyConstraint(field="member", name="notifications_inbox_member_fk"),
            models.UniqueConstraint(fields=["member", "event_id"], name="notifications_told_once"),
        ]
        indexes = [models.Index(fields=["member", "-id"], name="notifications_inbox")]

    def __str__(self) -> str:
        return self.text


class Preference(models.Model):
    """Of which type of event a member does not want to be told, or does again."""

    member = CoreForeignKey("members.Member", db_index=False, help_text="Whose wish.")
    type = models.CharField(max_length=100, help_text="Type of the event.")
    enabled = models.BooleanField(help_text="Whether the member is told.")
    created_at = models.DateTimeField(auto_now_add=True, help_text="When it was written (UTC).")
    updated_at = models.DateTimeField(auto_now=True, help_text="When it was last changed (UTC).")

    objects: ClassVar[models.Manager[Self]] = models.Manager()

    class Meta:
        constraints = [
            CoreForeignKeyConstraint(field="member", name="notifications_preference_member_fk"),
            models.UniqueConstraint(fields=["member", "type"], name="notifications_preference_once"),
        ]

    def __str__(self) -> str:
        return f"{self.type}: {self.enabled}"
