"""What lies in the boxes."""

from typing import ClassVar, Self

from django.db import models


class Item(models.Model):
    """One object in a box."""

    box = models.CharField(max_length=40, help_text="Name of the box.")
    # Sorted by bytes, as every store sorts its keys, whatever the database's language is.
    key = models.CharField(max_length=1024, db_collation="C", help_text="Name of the object in the box.")
    content = models.BinaryField(help_text="The object itself.")
    etag = models.CharField(max_length=64, help_text="SHA-256 of the content, in hexadecimal.")
    created_at = models.DateTimeField(auto_now_add=True, help_text="When it was put in first (UTC).")
    updated_at = models.DateTimeField(auto_now=True, help_text="When it was last replaced (UTC).")

    objects: ClassVar[models.Manager[Self]] = models.Manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["box", "key"], name="box_storage_item_key")]

    def __str__(self) -> str:
        return f"{self.box}/{self.key}"
