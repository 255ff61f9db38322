"""Pins. A note goes with its task in the database, and so must its pin: hence the same kind of key."""

from typing import ClassVar, Self

from django.db import models

from platform_core.sdk.fields import CoreForeignKey, CoreForeignKeyConstraint


class Pin(models.Model):
    """A note that the whole team should read."""

    note = CoreForeignKey("quality.Note", help_text="The note; pinned once at most.")
    created_at = models.DateTimeField(auto_now_add=True, help_text="When it was pinned (UTC).")
    updated_at = models.DateTimeField(auto_now=True, help_text="When the row was last changed (UTC).")

    objects: ClassVar[models.Manager[Self]] = models.Manager()

    class Meta:
        ordering = ("-id",)
        constraints = [
            CoreForeignKeyConstraint(field="note", name="quality_board_pin_note_fk"),
            models.UniqueConstraint(fields=["note"], name="quality_board_pin_once"),
        ]

    def __str__(self) -> str:
        return f"pin {self.pk}"
