"""An export for training: one JSON object a line, the text and what people said about it."""

import json
from collections.abc import Iterator
from typing import Any, BinaryIO

from platform_core.sdk import ExportContext, ExportedTask, ExporterSpec
from tenon_quality.validation import text_keys


def write_text_labels(tasks: Iterator[ExportedTask], out: BinaryIO, context: ExportContext) -> None:
    """Write a line for each submitted annotation; skipped ones are left out. Holds one task at a time."""
    keys = text_keys(context.parsed)
    for task in tasks:
        texts = {key: task.data.get(key) for key in keys}
        for annotation in task.annotations:
            if not annotation["was_cancelled"]:
                labels = labels_of(annotation["result"])
                line = {"task": task.id, "annotation": annotation["id"], "texts": texts, "labels": labels}
                out.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")


def labels_of(result: list[dict[str, Any]]) -> dict[str, list[Any]]:
    """Return what each control says: plain values where the value is the label itself, else the whole value."""
    labels: dict[str, list[Any]] = {}
    for region in result:
        value, kind, control = region.get("value"), region.get("type"), region.get("from_name")
        if not isinstance(value, dict) or not isinstance(control, str):  # a relation between regions, or a broken one
            continue
        said = value[kind] if isinstance(kind, str) and set(value) == {kind} else value
        labels.setdefault(control, []).extend(said if isinstance(said, list) else [said])
    return labels


TEXT_LABELS = ExporterSpec(
    key="text_labels",
    title="Text and labels (JSONL)",
    description="A line for each submitted annotation: the texts of the task and the labels by control.",
    content_type="application/x-ndjson",
    extension=".jsonl",
    write=write_text_labels,
)
