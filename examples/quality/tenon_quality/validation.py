"""Refusing texts that are too long for an annotator to read, and warning of empty ones."""

from collections.abc import Mapping, Sequence
from typing import Any

from platform_core.sdk import TaskContext, TaskIssue
from tenon_quality.configuration import configuration


def text_keys(parsed: Mapping[str, Any]) -> list[str]:
    """Return the keys of task data that the label config shows as text, in the order of its controls."""
    inputs = [item for control in parsed.values() for item in control["inputs"] if item["type"] == "Text"]
    return list(dict.fromkeys(item["value"] for item in inputs if item.get("value")))


def length_issues(context: TaskContext, tasks: Sequence[Mapping[str, Any]]) -> list[TaskIssue]:
    """Return an error for each text over the limit of the settings."""
    limit = configuration().max_characters
    return [
        TaskIssue(
            severity="error",
            code="Q-LENGTH",
            message=f"The text {key!r} has {len(task[key])} characters; the limit of this organization is {limit}.",
            key=key,
            index=index,
        )
        for index, task in enumerate(tasks)
        for key in text_keys(context.parsed)
        if isinstance(task.get(key), str) and len(task[key]) > limit
    ]


def blank_issues(context: TaskContext, tasks: Sequence[Mapping[str, Any]]) -> list[TaskIssue]:
    """Return a warning for each text without a letter: somebody may want such tasks, but rarely knows of them."""
    return [
        TaskIssue(severity="warning", code="Q-BLANK", message=f"The text {key!r} is blank.", key=key, index=index)
        for index, task in enumerate(tasks)
        for key in text_keys(context.parsed)
        if isinstance(task.get(key), str) and not task[key].strip()
    ]
