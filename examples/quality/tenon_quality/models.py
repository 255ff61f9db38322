"""Tables of the plugin, in each organization's own schema.

A row of the core is referred to by `CoreForeignKey`, and the constraint says what the database does when that row goes:
Django itself must not know, because it would ask this table also where the plugin is off and the table does not exist.
"""

from typing import ClassVar, Self

from django.db import models

from platform_core.sdk.fields import CoreForeignKey, CoreForeignKeyConstraint, OnCoreDelete


class Note(models.Model):
    """What somebody found doubtful about a task. It goes with its task; its author may go before it."""

    task = CoreForeignKey("tasks.Task", help_text="The task that the note is about.")
    task_id: int
    author = CoreForeignKey("members.Member", null=True, help_text="Who wrote it; null when their row is gone.")
    kind = models.CharField(max_length=40, help_text="One of the kinds in the plugin's settings when it was written.")
    text = models.CharField(max_length=2000, help_text="What is doubtful.")
    resolved_at = models.DateTimeField(null=True, help_text="When it was closed (UTC); null while it is open.")
    created_at = models.DateTimeField(auto_now_add=True, help_text="When it was written (UTC).")
    updated_at = models.DateTimeField(auto_now=True, help_text="When it was last changed (UTC).")

    objects: ClassVar[models.Manager[Self]] = models.Manager()

    class Meta:
        ordering = ("-id",)
        constraints = [
            CoreForeignKeyConstraint(field="task", name="quality_note_task_fk"),
            CoreForeignKeyConstraint(field="author", name="quality_note_author_fk", on_delete=OnCoreDelete.SET_NULL),
        ]
        indexes = [models.Index(fields=["resolved_at", "kind"], name="quality_note_open")]

    def __str__(self) -> str:
        return f"{self.kind}: {self.text}"


class Contribution(models.Model):
    """One annotation that was made. The event's id is the key, so that an event delivered twice counts once."""

    event_id = models.UUIDField(primary_key=True, help_text="The event that told of the annotation.")
    member = CoreForeignKey("members.Member", help_text="Who made it.")
    occurred_at = models.DateTimeField(help_text="When it was made (UTC).")
    created_at = models.DateTimeField(auto_now_add=True, help_text="When it was counted (UTC).")
    updated_at = models.DateTimeField(auto_now=True, help_text="When the row was last changed (UTC).")

    objects: ClassVar[models.Manager[Self]] = models.Manager()

    class Meta:
        constraints = [CoreForeignKeyConstraint(field="member", name="quality_contribution_member_fk")]

    def __str__(self) -> str:
        return str(self.event_id)
