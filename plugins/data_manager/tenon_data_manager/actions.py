"""The plugin's own actions, registered like those of any other plugin."""

from typing import Any, Final, Literal

from platform_core.sdk import TaskActionCall, TaskActionField, TaskActionResult, TaskActionSpec
from platform_core.sdk import task_work as work
from platform_core.sdk.errors import ValidationFailedError

MAX_TEXT: Final = 10_000
MAX_MEMBERS: Final = 100
MAX_VERSIONS: Final = 1000


def _delete_tasks(call: TaskActionCall) -> TaskActionResult:
    done = work.delete_selected_tasks(project_id=call.project_id, task_ids=call.task_ids, actor=call.actor)
    return TaskActionResult(processed=done, detail="Tasks were deleted.")


def _delete_annotations(call: TaskActionCall) -> TaskActionResult:
    done = work.delete_annotations_of(project_id=call.project_id, task_ids=call.task_ids, actor=call.actor)
    return TaskActionResult(processed=done, detail="Annotations were deleted.")


def _delete_predictions(call: TaskActionCall) -> TaskActionResult:
    done = work.delete_predictions_of(project_id=call.project_id, task_ids=call.task_ids, actor=call.actor)
    return TaskActionResult(processed=done, detail="Predictions were deleted.")


def _count_annotations(call: TaskActionCall) -> int:
    return work.annotations_of(project_id=call.project_id, task_ids=call.task_ids).count()


def _count_predictions(call: TaskActionCall) -> int:
    return work.predictions_of(project_id=call.project_id, task_ids=call.task_ids).count()


def _annotate_from_predictions(call: TaskActionCall) -> TaskActionResult:
    done = work.annotate_from_predictions(
        project_id=call.project_id,
        task_ids=call.task_ids,
        model_versions=_versions(call.parameters),
        actor=call.actor,
    )
    return TaskActionResult(processed=done, detail="Annotations were made of predictions.")


def _count_convertible(call: TaskActionCall) -> int:
    versions = _versions(call.parameters)
    found = work.convertible_predictions(project_id=call.project_id, task_ids=call.task_ids, model_versions=versions)
    return int(found.count())


def _versions(parameters: dict[str, Any]) -> list[str] | None:
    """Return the model versions that are meant, None for all: one text, or the list that Label Studio's SDK sends."""
    value = parameters.get("model_version")
    if not isinstance(value, list):
        version = _text(parameters, "model_version", required=False)
        return None if version is None else [version]
    if not value or len(value) > MAX_VERSIONS or not all(isinstance(one, str) and "\x00" not in one for one in value):
        raise _refused("model_version", f"A text is expected, or a list of 1 to {MAX_VERSIONS} texts.")
    return value


def _remove_duplicates(call: TaskActionCall) -> TaskActionResult:
    done = work.remove_duplicate_tasks(project_id=call.project_id, task_ids=call.task_ids, actor=call.actor)
    return TaskActionResult(processed=done, detail="Duplicates were removed.")


def _count_duplicates(call: TaskActionCall) -> int:
    return len(work.duplicates(project_id=call.project_id, task_ids=call.task_ids))


def _propagate(call: TaskActionCall) -> TaskActionResult:
    done = work.propagate_annotation(
        project_id=call.project_id,
        task_ids=call.task_ids,
        annotation_id=_number(call.parameters, "source_annotation_id"),
        actor=call.actor,
    )
    return TaskActionResult(processed=done, detail="The annotation was propagated.")


def _rename(call: TaskActionCall) -> TaskActionResult:
    done = work.rename_label(
        project_id=call.project_id,
        task_ids=call.task_ids,
        control=_required(call.parameters, "control_tag"),
        old=_required(call.parameters, "old_label_name"),
        new=_required(call.parameters, "new_label_name"),
        actor=call.actor,
    )
    return TaskActionResult(processed=done, detail="Labels were renamed.")


def _count_renamed(call: TaskActionCall) -> int:
    control, old = _required(call.parameters, "control_tag"), _required(call.parameters, "old_label_name")
    found = work.annotations_with_label(project_id=call.project_id, task_ids=call.task_ids, control=control)
    return sum(
        work.with_label_renamed(result, control=control, old=old, new=old)[1] > 0
        for result in found.values_list("result", flat=True)
    )


def _add_field(call: TaskActionCall) -> TaskActionResult:
    done = work.add_data_field(
        project_id=call.project_id,
        task_ids=call.task_ids,
        name=_required(call.parameters, "value_name"),
        value=_typed_value(call.parameters),
        actor=call.actor,
    )
    return TaskActionResult(processed=done, detail="The field was set.")


def _assign(call: TaskActionCall) -> TaskActionResult:
    done = work.assign_tasks(
        project_id=call.project_id,
        task_ids=call.task_ids,
        member_ids=_members(call.parameters),
        mode=_mode(call.parameters),
        actor=call.actor,
    )
    return TaskActionResult(processed=done, detail="Tasks were assigned.")


def _count_assigned(call: TaskActionCall) -> int:
    members, mode = _members(call.parameters), _mode(call.parameters)
    found = work.tasks_to_assign(project_id=call.project_id, task_ids=call.task_ids, member_ids=members, mode=mode)
    return len(found)


def _members(parameters: dict[str, Any]) -> list[int]:
    """Return the members that the form names: a list of ids, or a text of ids with commas; none only to replace."""
    written = parameters.get("members")
    words = written.split(",") if isinstance(written, str) else written
    if not isinstance(words, list) or len(words) > MAX_MEMBERS or not all(_is_id(word) for word in words if word != ""):
        raise _refused("members", f"Ids of at most {MAX_MEMBERS} members are expected, with commas.")
    ids = sorted({int(word) for word in words if word != ""})
    if not ids and parameters.get("mode") != "replace":
        raise _refused("members", "At least one member is expected.")
    return ids


def _is_id(word: Any) -> bool:
    if isinstance(word, str):
        word = int(word.strip()) if word.strip().isascii() and word.strip().isdigit() and len(word) < 19 else 0
    return isinstance(word, int) and not isinstance(word, bool) and 0 < word < 2**63


def _mode(parameters: dict[str, Any]) -> Literal["add", "replace", "remove"]:
    mode = parameters.get("mode", "add")
    if mode not in ("add", "replace", "remove"):
        raise _refused("mode", "One of add, replace and remove is expected.")
    return mode  # type: ignore[no-any-return]  # one of the three


def _typed_value(parameters: dict[str, Any]) -> str | int | float | bool:
    kind = parameters.get("value_type", "String")
    text = str(parameters.get("value", ""))[:MAX_TEXT]
    if kind == "String":
        return text
    if kind == "Boolean" and text.lower() in ("true", "false", "1", "0"):
        return text.lower() in ("true", "1")
    if kind == "Number":
        try:
            number = float(text)
        except ValueError:
            number = float("nan")
        if abs(number) < 1e300:  # false for NaN and infinity too
            return int(number) if number.is_integer() and abs(number) < 2**53 else number
    raise _refused("value", "A String, a Number, or a Boolean (true or false) is expected, as value_type says.")


def _required(parameters: dict[str, Any], name: str) -> str:
    text = _text(parameters, name, required=True)
    assert text is not None, "required"
    return text


def _text(parameters: dict[str, Any], name: str, *, required: bool) -> str | None:
    value = parameters.get(name)
    if value in (None, "") and not required:
        return None
    if not isinstance(value, str) or not 0 < len(value) <= MAX_TEXT or "\x00" in value:
        raise _refused(name, "A text is expected.")
    return value


def _number(parameters: dict[str, Any], name: str) -> int:
    value = parameters.get(name)
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 19:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 2**63:
        raise _refused(name, "The id of an annotation is expected.")
    return value


def _refused(name: str, message: str) -> ValidationFailedError:
    return ValidationFailedError(validation_errors={name: [message]})


ACTIONS: Final = (
    TaskActionSpec(
        key="predictions_to_annotations",
        title="Create annotations from predictions",
        order=91,
        permissions=("tasks.change", "annotations.create"),
        question="Make an annotation of each prediction of the selected tasks that has none yet?",
        run=_annotate_from_predictions,
        count=_count_convertible,
        fields=(TaskActionField(name="model_version", label="Model version", required=False),),
    ),
    TaskActionSpec(
        key="assign",
        title="Assign tasks",
        order=92,
        permissions=("projects.change", "tasks.change"),
        question="Hand the selected tasks out to these members only, before all others?",
        run=_assign,
        count=_count_assigned,
        fields=(
            TaskActionField(name="members", label="Ids of members, with commas"),
            TaskActionField(
                name="mode", label="How", type="select", options=("add", "replace", "remove"), required=False
            ),
        ),
    ),
    TaskActionSpec(
        key="remove_duplicates",
        title="Remove duplicated tasks",
        order=95,
        permissions=("projects.change", "tasks.delete"),
        question="Leave only one of each group of tasks with equal data, with the work of all of them?",
        run=_remove_duplicates,
        count=_count_duplicates,
        whole=True,
    ),
    TaskActionSpec(
        key="delete_tasks",
        title="Delete tasks",
        order=100,
        permissions=("tasks.delete",),
        question="Delete the selected tasks with their annotations and predictions? This cannot be taken back.",
        run=_delete_tasks,
    ),
    TaskActionSpec(
        key="delete_tasks_annotations",
        title="Delete annotations",
        order=101,
        permissions=("tasks.change", "annotations.delete", "annotations.delete_all"),
        question="Delete all annotations of the selected tasks? This cannot be taken back.",
        run=_delete_annotations,
        count=_count_annotations,
    ),
    TaskActionSpec(
        key="delete_tasks_predictions",
        title="Delete predictions",
        order=102,
        permissions=("predictions.change",),
        question="Delete all predictions of the selected tasks? This cannot be taken back.",
        run=_delete_predictions,
        count=_count_predictions,
    ),
    TaskActionSpec(
        key="propagate_annotations",
        title="Propagate an annotation",
        order=110,
        permissions=("tasks.change", "annotations.create"),
        question="Give the result of this annotation to all selected tasks?",
        run=_propagate,
        fields=(TaskActionField(name="source_annotation_id", label="Id of the annotation", type="number"),),
        experimental=True,
    ),
    TaskActionSpec(
        key="rename_labels",
        title="Rename a label",
        order=111,
        permissions=("tasks.change", "annotations.change_all"),
        question="Rename the label in all annotations of the selected tasks? The label config must have the new name.",
        run=_rename,
        count=_count_renamed,
        fields=(
            TaskActionField(name="control_tag", label="Name of the control tag"),
            TaskActionField(name="old_label_name", label="Label"),
            TaskActionField(name="new_label_name", label="New name"),
        ),
        experimental=True,
    ),
    TaskActionSpec(
        key="add_data_field",
        title="Add or set a data field",
        order=112,
        permissions=("tasks.change",),
        question="Set this field of the data of all selected tasks?",
        run=_add_field,
        fields=(
            TaskActionField(name="value_name", label="Name of the field"),
            TaskActionField(
                name="value_type", label="Type", type="select", options=("String", "Number", "Boolean"), required=False
            ),
            TaskActionField(name="value", label="Value", required=False),
        ),
        experimental=True,
    ),
)
