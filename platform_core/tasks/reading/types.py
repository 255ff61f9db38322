"""What the readers hand over."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Some consecutive items of an import body.

    Attributes:
        first_item: number of `items[0]` in the body, from 0.
        items: at least one object, as written in the body.
        bytes_read: how much of the body has been read so far, for progress.
    """

    first_item: int
    items: list[dict[str, Any]]
    bytes_read: int


class ImportTask(NamedTuple):
    """One task of an import, its shape checked but not its values. A tuple, because an import makes a million of them.

    Attributes:
        data: the task's own data.
        meta: anything the client keeps beside the data.
        annotations: objects that each have a list `result`.
        predictions: objects that each have a list `result`.
        allow_skip: None where the body does not say.
    """

    data: dict[str, Any]
    meta: dict[str, Any]
    annotations: list[dict[str, Any]]
    predictions: list[dict[str, Any]]
    allow_skip: bool | None


def split_into_batches(
    items: list[dict[str, Any]], *, first_item: int, batch_size: int, bytes_read: int
) -> Iterator[Batch]:
    """Cut items into batches of at most `batch_size`; nothing for no items."""
    for start in range(0, len(items), batch_size):
        part = items if len(items) <= batch_size else items[start : start + batch_size]
        yield Batch(first_item=first_item + start, items=part, bytes_read=bytes_read)
