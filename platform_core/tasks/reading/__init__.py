"""Reads import bodies as a stream: JSON, JSON lines, CSV and TSV become batches of items in constant memory.

An item's number counts from 0 in the order of the body, as Label Studio's clients expect (`Error at item 731: ...`).
Nothing here knows Django models or a database.
"""

from platform_core.tasks.reading.formats import ImportFormat, detect_format
from platform_core.tasks.reading.json_array import iter_json_items
from platform_core.tasks.reading.json_lines import iter_jsonl
from platform_core.tasks.reading.normalize import normalize_task, normalize_tasks
from platform_core.tasks.reading.separated import iter_csv, iter_tsv
from platform_core.tasks.reading.types import Batch, ImportTask

__all__ = [
    "Batch",
    "ImportFormat",
    "ImportTask",
    "detect_format",
    "iter_csv",
    "iter_json_items",
    "iter_jsonl",
    "iter_tsv",
    "normalize_task",
    "normalize_tasks",
]
