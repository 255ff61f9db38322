"""Bodies shown in the API's documentation."""

from typing import Any, Final

LABEL_CONFIG: Final = (
    '<View><Text name="text" value="$text"/><Choices name="topic" toName="text"><Choice value="Weather"/>'
    '<Choice value="Traffic"/></Choices></View>'
)
NEW_PROJECT: Final = {"title": "Conflicts in New England", "label_config": LABEL_CONFIG}
COUNTS: Final = {
    "id": 1,
    "task_number": 926,
    "finished_task_number": 12,
    "total_predictions_number": 0,
    "total_annotations_number": 12,
    "num_tasks_with_annotations": 12,
    "useful_annotation_number": 12,
    "ground_truth_number": 0,
    "skipped_annotations_number": 1,
}
PROJECT: Final[dict[str, Any]] = {
    **COUNTS,
    "title": "Conflicts in New England",
    "description": "",
    "label_config": LABEL_CONFIG,
    "parsed_label_config": {
        "topic": {
            "type": "Choices",
            "to_name": ["text"],
            "inputs": [{"type": "Text", "value": "text", "valueType": None}],
            "labels": ["Weather", "Traffic"],
            "labels_attrs": {"Weather": {"value": "Weather"}, "Traffic": {"value": "Traffic"}},
        }
    },
    "organization": 1,
    "created_by": {
        "id": 1,
        "first_name": "Ada",
        "last_name": "L",
        "email": "ada@example.com",
        "avatar": None,
        "username": "ada@example.com",
    },
    "created_at": "2026-11-20T12:00:00.000000Z",
    "updated_at": "2026-11-20T12:00:00.000000Z",
    "sampling": "Sequential sampling",
    "skip_queue": "REQUEUE_FOR_OTHERS",
    "maximum_annotations": 1,
    "state": "IN_PROGRESS",
    "tasks_behind_rules": 0,
}
ANNOTATOR: Final = {
    "id": 7,
    "username": "grace",
    "first_name": "Grace",
    "last_name": "H",
    "email": "grace@example.com",
    "avatar": None,
}
SUMMARY: Final = {
    "project": 1,
    "tasks_seen": 926,
    "all_data_columns": {"text": 926, "phase": 41},
    "common_data_columns": ["text"],
    "created_annotations": {"topic|text|choices": 12},
    "created_labels": {"topic": {"Weather": 9, "Traffic": 3}},
}
TEMPLATE: Final = {
    "key": "text_classification",
    "name": "Topics of a text",
    "title": "Topics of a text",
    "group": "Text",
    "description": "Give each text one topic or several.",
    "plugin": "",
    "object_types": ["Text"],
    "control_types": ["Choices"],
    "label_config": LABEL_CONFIG,
}
