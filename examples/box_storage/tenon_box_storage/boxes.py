"""A store whose objects are rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import BinaryIO

from django.db.models.functions import Length, Substr

from platform_core.sdk import BackendError, StorageBackendSpec, StorageContext, StoredObject
from tenon_box_storage.models import Item

MOST_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Box:
    """One box of the organization in scope."""

    name: str

    def check(self) -> None:
        """Every box can be used; it is there as soon as something lies in it."""

    def list(self, prefix: str, after: str, limit: int) -> Sequence[StoredObject]:
        """Return the next objects, by bytes of their keys."""
        rows = Item.objects.filter(box=self.name, key__gt=after, key__startswith=prefix).order_by("key")
        found = rows.annotate(size=Length("content")).values_list("key", "size", "etag", "updated_at")[:limit]
        return [
            StoredObject(key=key, size=size, etag=etag, modified_at=updated_at) for key, size, etag, updated_at in found
        ]

    def read(self, key: str, start: int, length: int) -> bytes:
        """Return a part of an object; the database cuts it out."""
        part = Item.objects.filter(box=self.name, key=key).values_list(Substr("content", start + 1, length), flat=True)
        content = part.first()
        if content is None:
            raise BackendError(f"There is no {key!r} in the box {self.name!r}.", kind="missing")
        return bytes(content)

    def write(self, key: str, content: BinaryIO) -> StoredObject:
        """Put an object in, in one statement."""
        data = content.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            raise BackendError(f"{key!r} is over {MOST_BYTES} bytes, which is what a box holds.")
        etag = sha256(data).hexdigest()
        item, _created = Item.objects.update_or_create(box=self.name, key=key, defaults={"content": data, "etag": etag})
        return StoredObject(key=key, size=len(data), etag=etag, modified_at=item.updated_at)

    def delete(self, key: str) -> None:
        """Take an object out."""
        Item.objects.filter(box=self.name, key=key).delete()


def open_box(context: StorageContext) -> Box:
    """Return the box that the options name."""
    return Box(context.options["box"])


BOX = StorageBackendSpec(
    key="box",
    title="Box",
    description="Keeps objects of up to 1 MiB inside the organization's own schema.",
    open=open_box,
    capabilities=frozenset({"read", "write", "delete"}),
    options_schema={
        "type": "object",
        "additionalProperties": False,
        "required": ["box"],
        "properties": {"box": {"type": "string", "title": "Box", "pattern": "^[a-z][a-z0-9-]{0,39}$"}},
    },
)
