"""Pins. A dependency's rows are always there when this plugin's are, so an ordinary foreign key is fine."""

from typing import ClassVar, Self

from django.db import models


class Pin(models.Model):
    """A note that the whole team should read."""

    note = models.OneToOneField(
        "quality.Note", on_delete=models.CASCADE, related_name="+", help_text="The note; pinned once at most."
    )
    created_at = models.DateTimeField(auto_now_add=True, help_text="When it was pinned (UTC).")
    updated_at = models.DateTimeField(auto_now=True, help_text="When the row was last changed (UTC).")

    objects: ClassVar[models.Manager[Self]] = models.Manager()

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"pin {self.pk}"
