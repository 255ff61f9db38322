"""JSON without its wrapping, and JSON lines."""

import json
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO, Final

from platform_core.sdk import ExportContext, ExportedTask, ExporterSpec
from tenon_formats.regions import author_id, regions, submitted

Json = dict[str, Any]
# Type of a result whose single answer stands for itself -> the key that holds it.
SHORT: Final = {"choices": "choices", "textarea": "text"}


def dumps(value: Any) -> bytes:
    """Return compact JSON in UTF-8."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def write_json_min(tasks: Iterator[ExportedTask], out: BinaryIO, context: ExportContext) -> None:  # noqa: ARG001
    """Write an array with an object an annotation: the data, and the answers under the names of the controls."""
    opening = b"["
    for task in tasks:
        # As in Label Studio's: a task that nobody has annotated is there, one that was only skipped is not.
        shown: Sequence[Json | None] = submitted(task) if task.annotations else (None,)
        for annotation in shown:
            out.write(opening + dumps(_record(task, annotation)))
            opening = b",\n"
    out.write(b"[]" if opening == b"[" else b"]")


def _record(task: ExportedTask, annotation: Json | None) -> Json:
    record = {**task.data, "id": task.id}
    if annotation is None:
        facts = ("annotator", "annotation_id", "created_at", "updated_at", "lead_time")
        return {**record, **dict.fromkeys(facts)}
    said: dict[str, list[Json]] = {}
    for region in regions(annotation):
        said.setdefault(region["from_name"], []).append(region)
    return {
        **record,
        **{name: _shortened(items) for name, items in said.items()},
        "annotator": author_id(annotation),
        "annotation_id": annotation["id"],
        "created_at": annotation["created_at"],
        "updated_at": annotation["updated_at"],
        "lead_time": annotation["lead_time"],
    }


def _shortened(items: list[Json]) -> Any:
    """Return the values of one control: a single choice or text as itself, everything else as a list of values."""
    values: list[Any] = []
    for region in items:
        value = region["value"]
        one = value.get(SHORT.get(region.get("type", ""), ""))
        if isinstance(one, list) and len(one) == 1:
            values.append(one[0])
        else:
            dimensions = {name: region[name] for name in ("original_width", "original_height") if name in region}
            values.append({**value, **dimensions})
    return values[0] if items[-1].get("type") in SHORT and len(values) == 1 else values


def write_json_lines(tasks: Iterator[ExportedTask], out: BinaryIO, context: ExportContext) -> None:  # noqa: ARG001
    """Write a task a line, with all its work: what an import takes back."""
    for task in tasks:
        names = ("id", "data", "meta", "annotations", "predictions", "created_at", "updated_at")
        out.write(dumps({name: getattr(task, name) for name in names}) + b"\n")


JSON_MIN = ExporterSpec(
    key="json_min",
    name="JSON_MIN",
    title="JSON-MIN",
    description="An object an annotation: the data, and the answers under the names of their controls.",
    content_type="application/json",
    extension=".json",
    write=write_json_min,
)
JSONL = ExporterSpec(
    key="jsonl",
    name="JSONL",
    title="JSON lines",
    description="A task a line, with all annotations and predictions; it can be imported again.",
    content_type="application/x-ndjson",
    extension=".jsonl",
    write=write_json_lines,
)
