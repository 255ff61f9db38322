"""Rows of an import on their way into COPY: numbered, checked against the label config, with their work attached."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import orjson

from platform_core.api.errors import ValidationFailedError
from platform_core.projects.configs import CompiledConfig
from platform_core.projects.models import Project, SkipQueue
from platform_core.tasks.copying import Column, Constant, RowEncoder
from platform_core.tasks.models import LastAction
from platform_core.tasks.reading import ImportTask
from platform_core.tasks.services.annotation_writes import count_regions
from platform_core.tasks.services.authors import Authors
from platform_core.tasks.services.checks import check_result
from platform_core.tasks.services.tasks import overlap_of

TASK_COLUMNS = (
    "id, inner_id, data, meta, overlap, is_labeled, allow_skip, total_annotations, cancelled_annotations, "
    "total_predictions, completed_at, file_upload_id, project_id, updated_by_id, created_at, updated_at"
)
ANNOTATION_COLUMNS = (
    "task_id, completed_by_id, updated_by_id, result, result_count, was_cancelled, ground_truth, lead_time, import_id, "
    "unique_id, project_id, last_action, bulk_created, prediction, warnings, warning_reasons, created_at, updated_at"
)
PREDICTION_COLUMNS = "task_id, result, score, model_version, cluster, mislabeling, project_id, created_at, updated_at"

MAX_COLUMNS: Final = 1000
MAX_WARNINGS: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPlace:
    """What all rows of an import share."""

    project: Project
    compiled: CompiledConfig | None
    member_id: int
    moment: datetime
    authors: Authors


@dataclass(slots=True)
class ImportTotals:
    """What an import has made so far."""

    tasks: int = 0
    annotations: int = 0
    predictions: int = 0
    skipped: int = 0
    ground_truth: int = 0
    useful: int = 0
    annotated_tasks: int = 0
    finished_tasks: int = 0
    columns: set[str] = field(default_factory=set)
    warnings: list[dict[str, Any]] = field(default_factory=list)

    def note_columns(self, tasks: list[ImportTask]) -> None:
        """Take the keys of a batch's first and last task as those of all, up to a thousand."""
        if len(self.columns) < MAX_COLUMNS and tasks:
            self.columns.update(tasks[0].data, tasks[-1].data)

    def warn(self, warnings: list[dict[str, Any]]) -> None:
        """Keep the first hundred warnings."""
        self.warnings += warnings[: MAX_WARNINGS - len(self.warnings)]


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchNumbers:
    """What the tasks of a batch are numbered with.

    Attributes:
        ids: one a task.
        first_item: number of the first one in the import, from 0.
        first_number: number of the first one in the project.
        upload_id: file that all of them come from.
    """

    ids: list[int]
    first_item: int
    first_number: int
    upload_id: int | None


class ImportEncoder:
    """Encodes batches of one import."""

    def __init__(self, place: ImportPlace) -> None:
        self.place = place
        now = Constant(kind=Column.TIMESTAMP, value=place.moment)
        project = Constant(kind=Column.INTEGER, value=place.project.pk)
        empty_list, empty_object = Constant(kind=Column.JSON, value=[]), Constant(kind=Column.JSON, value={})
        integer, json, boolean = Column.INTEGER, Column.JSON, Column.BOOLEAN
        member = Constant(kind=integer, value=place.member_id)
        self.tasks = RowEncoder(
            [
                integer,
                integer,
                json,
                json,
                integer,
                boolean,
                boolean,
                integer,
                integer,
                integer,
                Column.TIMESTAMP,
                integer,
                project,
                member,
                now,
                now,
            ]
        )
        self.annotations = RowEncoder(
            [
                *(
                    integer,
                    integer,
                    member,
                    json,
                    integer,
                    boolean,
                    boolean,
                    Column.FLOAT,
                    integer,
                    Column.UUID,
                    project,
                ),
                Constant(kind=Column.TEXT, value=LastAction.IMPORTED.value),
                Constant(kind=boolean, value=False),
                *(empty_object, empty_list, empty_object, now, now),
            ]
        )
        self.predictions = RowEncoder(
            [integer, json, Column.FLOAT, Column.TEXT, integer, Column.FLOAT, project, now, now]
        )

    def encode(
        self, tasks: list[ImportTask], *, numbers: BatchNumbers, totals: ImportTotals
    ) -> tuple[bytes, bytes, bytes]:
        """Return COPY blocks for tasks, annotations and predictions of a batch, and add to the totals.

        Raises:
            ValidationFailedError: an item breaks a rule; the message names item and key.
        """
        first_item, first_number = numbers.first_item, numbers.first_number
        self._check_data(tasks, first_item)
        rows: list[tuple[Any, ...]] = []
        annotations: list[tuple[Any, ...]] = []
        predictions: list[tuple[Any, ...]] = []
        project, moment = self.place.project, self.place.moment
        ignored = project.skip_queue == SkipQueue.IGNORE_SKIPPED
        plain_overlap = project.maximum_annotations if project.overlap_cohort_percentage == 100 else None
        for index, (task, task_id) in enumerate(zip(tasks, numbers.ids, strict=True)):
            number = first_number + index
            overlap = plain_overlap or overlap_of(project, number)
            done = skipped = 0
            if task.annotations or task.predictions:
                done, skipped = self._work(task, task_id, first_item + index, annotations, predictions, totals)
            labeled = done + (skipped if ignored else 0) >= overlap
            totals.annotated_tasks += done > 0
            totals.finished_tasks += labeled
            rows.append(
                (task_id, number, task.data, task.meta, overlap, labeled, task.allow_skip is not False, done, skipped,
                 len(task.predictions), moment if done else None, numbers.upload_id)
            )  # fmt: skip
        totals.tasks += len(rows)
        return (
            self.tasks.encode_rows(rows),
            self.annotations.encode_rows(annotations),
            self.predictions.encode_rows(predictions),
        )

    def _check_data(self, tasks: list[ImportTask], first_item: int) -> None:
        if self.place.compiled is None:
            return
        validate = self.place.compiled.task_data.validate
        for index, task in enumerate(tasks):
            problem = validate(task.data)
            if problem is not None:
                message = f"Error at item {first_item + index}: {problem}"
                raise ValidationFailedError(
                    message, validation_errors={"non_field_errors": [message]}, data={"item": first_item + index}
                )

    def _work(
        self,
        task: ImportTask,
        task_id: int,
        item: int,
        annotations: list[Any],
        predictions: list[Any],
        totals: ImportTotals,
    ) -> tuple[int, int]:
        compiled, where = self.place.compiled, f"Error at item {item}: "
        done = skipped = 0
        for entry in task.annotations:
            result, cancelled = entry["result"], bool(entry.get("was_cancelled", False))
            check_result(compiled, result, required=False, where=where, data=task.data)
            # Label Studio's rule: an imported annotation is ground truth unless it says otherwise.
            truth = bool(entry.get("ground_truth", True))
            author = self.place.authors.id_of(entry.get("completed_by"), item=item)
            done, skipped = done + (not cancelled), skipped + cancelled
            totals.ground_truth += truth
            totals.useful += not cancelled and not truth
            annotations.append(
                (task_id, author, result, count_regions(result), cancelled, truth, number_of(entry, "lead_time", where),
                 integer_of(entry, "id", where), unique_id_of(entry, where))
            )  # fmt: skip
        for entry in task.predictions:
            check_result(compiled, entry["result"], required=False, where=where, data=task.data)
            predictions.append(prediction_row(task_id, entry, where))
        totals.annotations += done
        totals.skipped += skipped
        totals.predictions += len(task.predictions)
        return done, skipped


def prediction_row(task_id: int, entry: dict[str, Any], where: str) -> tuple[Any, ...]:
    """Return the values of `PREDICTION_COLUMNS` that differ between rows."""
    score = number_of(entry, "score", where)
    version = entry.get("model_version")
    if version is not None and not isinstance(version, str):
        version = orjson.dumps(version).decode()
    cluster = integer_of(entry, "cluster", where)
    return task_id, entry["result"], score, version or "", cluster, number_of(entry, "mislabeling", where) or 0.0


def number_of(entry: dict[str, Any], key: str, where: str) -> float | None:
    """Return a number of an imported annotation or prediction.

    Raises:
        ValidationFailedError: it is something else; the message names item and key.
    """
    value = entry.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValidationFailedError(f'{where}"{key}" must be a number', data={"key": key})
    return float(value)


def integer_of(entry: dict[str, Any], key: str, where: str) -> int | None:
    """Return a whole number; a text or anything else that is none counts as absent only for `id`.

    Raises:
        ValidationFailedError: it is something else.
    """
    value = entry.get(key)
    if value is None or (key == "id" and not isinstance(value, int)):
        return None
    if isinstance(value, bool) or not isinstance(value, int) or (abs(value) >= 2**31 and key != "id"):
        raise ValidationFailedError(f'{where}"{key}" must be a whole number', data={"key": key})
    return value


def unique_id_of(entry: dict[str, Any], where: str) -> Any:
    """Return the unique id of an imported annotation, or a fresh one.

    An annotation that also has an `id` comes from an export. It is a copy then: the original keeps its unique id and
    is often still there.

    Raises:
        ValidationFailedError: it is no UUID.
    """
    value = entry.get("unique_id")
    if value is None:
        return uuid.uuid4()
    try:
        chosen = uuid.UUID(value)
    except (ValueError, AttributeError, TypeError) as error:
        raise ValidationFailedError(f'{where}"unique_id" must be a UUID', data={"key": "unique_id"}) from error
    return chosen if integer_of(entry, "id", where) is None else uuid.uuid4()
