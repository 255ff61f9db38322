"""Bodies shown in the API's documentation."""

from typing import Any, Final

RESULT: Final = [{"from_name": "topic", "to_name": "text", "type": "choices", "value": {"choices": ["Weather"]}}]
ANNOTATION: Final[dict[str, Any]] = {
    "id": 5,
    "result": RESULT,
    "created_username": " ada@example.com, 1",
    "created_ago": "",
    "completed_by": 1,
    "was_cancelled": False,
    "ground_truth": False,
    "created_at": "2026-11-20T12:00:00.000000Z",
    "updated_at": "2026-11-20T12:00:00.000000Z",
    "draft_created_at": None,
    "lead_time": 4.2,
    "import_id": None,
    "last_action": "submitted",
    "bulk_created": False,
    "unique_id": "0f8f3e0e-1f4f-4b5e-9b3b-2b8f2a9f6c11",
    "task": 3,
    "project": 1,
    "updated_by": 1,
    "parent_prediction": None,
    "parent_annotation": None,
    "last_created_by": 1,
    "warnings": [],
}
NEW_ANNOTATION: Final = {"result": RESULT, "lead_time": 4.2}
DRAFT: Final[dict[str, Any]] = {
    "id": 4,
    "user": "ada@example.com",
    "created_username": " ada@example.com, 1",
    "created_ago": "",
    "result": RESULT,
    "lead_time": 3.5,
    "was_postponed": False,
    "import_id": None,
    "created_at": "2026-11-20T12:00:00.000000Z",
    "updated_at": "2026-11-20T12:00:00.000000Z",
    "version": 2,
    "task": 3,
    "annotation": None,
}
NEW_DRAFT: Final = {"result": RESULT, "lead_time": 3.5, "version": 1}
PREDICTION: Final[dict[str, Any]] = {
    "id": 9,
    "result": RESULT,
    "model_version": "baseline-1",
    "score": 0.81,
    "cluster": None,
    "neighbors": None,
    "mislabeling": 0.0,
    "created_at": "2026-11-20T12:00:00.000000Z",
    "updated_at": "2026-11-20T12:00:00.000000Z",
    "task": 3,
    "project": 1,
}
NEW_PREDICTION: Final = {"task": 3, "result": RESULT, "score": 0.81, "model_version": "baseline-1"}
TASK: Final[dict[str, Any]] = {
    "id": 3,
    "data": {"text": "Saw opposite traffic at the same altitude."},
    "meta": {},
    "created_at": "2026-11-20T12:00:00.000000Z",
    "updated_at": "2026-11-20T12:00:00.000000Z",
    "is_labeled": True,
    "overlap": 1,
    "inner_id": 3,
    "total_annotations": 1,
    "cancelled_annotations": 0,
    "total_predictions": 0,
    "completed_at": "2026-11-20T12:00:00.000000Z",
    "storage_filename": None,
    "allow_skip": True,
    "project": 1,
    "annotations": [ANNOTATION],
    "predictions": [],
    "drafts": [],
}
HANDED_OUT: Final = {
    **TASK,
    "is_labeled": False,
    "annotations": [],
    "queue": "Sequence queue",
    "unique_lock_id": "17",
    "lock_expires_at": "2026-11-20T13:00:00.000000Z",
}
NEW_TASK: Final = {"project": 1, "data": {"text": "Saw opposite traffic at the same altitude."}}
PAGE: Final = {"tasks": [TASK], "total": 926, "total_annotations": 12, "total_predictions": 0, "next_cursor": None}
REPORT: Final = {
    "id": 2,
    "task_count": 2,
    "annotation_count": 0,
    "prediction_count": 0,
    "duration": 0.02,
    "file_upload_ids": [],
    "could_be_tasks_list": True,
    "found_formats": ["json"],
    "data_columns": ["text"],
}
RUN: Final = {
    "id": 2,
    "project": 1,
    "status": "completed",
    "error": "",
    "task_count": 2,
    "annotation_count": 0,
    "prediction_count": 0,
    "duration": 0.02,
    "source_format": "json",
    "data_columns": ["text"],
    "task_ids": [3, 4],
    "created_at": "2026-11-20T12:00:00.000000Z",
    "updated_at": "2026-11-20T12:00:00.000000Z",
    "finished_at": "2026-11-20T12:00:00.000000Z",
}
