"""Where an import meets plugins: their file formats, and their validators a batch at a time."""

from collections.abc import Iterator
from typing import BinaryIO

from platform_core.api.errors import ValidationFailedError
from platform_core.members.principal import Principal
from platform_core.plugins.errors import ImportFormatError
from platform_core.plugins.facade import HookFacade
from platform_core.plugins.registrations import ImportedTask, ImporterSpec
from platform_core.plugins.types import TaskContext
from platform_core.projects.label_config.hygiene import unstorable_in
from platform_core.projects.plugin_checks import bindings_of, issue_dict
from platform_core.tasks.reading import ImportTask
from platform_core.tasks.reading.errors import item_error
from platform_core.tasks.reading.normalize import normalize_task
from platform_core.tasks.reading.source import MAX_ITEM_BYTES
from platform_core.tasks.services.import_rows import ImportPlace


def check_tasks_with_plugins(place: ImportPlace, tasks: list[ImportTask], *, first_item: int, actor: Principal) -> None:
    """Ask the enabled plugins about a batch.

    Raises:
        ValidationFailedError: a plugin reports an error; the message names the item.
        PluginFailedError: a blocking validator failed.
    """
    if not actor.enabled_plugins or place.compiled is None:
        return
    context = TaskContext(
        organization=actor.organization,
        project_id=place.project.pk,
        parsed=place.project.parsed_label_config,
        bindings=bindings_of(place.compiled),
    )
    found = HookFacade().validate_tasks(context, [task.data for task in tasks], enabled=actor.enabled_plugins)
    for effect in found:
        issue = effect.value
        if issue.severity != "error":
            continue
        index = getattr(issue, "index", None)
        item = first_item + (index or 0)
        message = f"Error at item {item}: {issue.message}"
        raise ValidationFailedError(
            message,
            validation_errors={"non_field_errors": [message]},
            data={"item": item, "issues": [issue_dict(effect.plugin, issue)]},
        )


def tasks_of_importer(spec: ImporterSpec, stream: BinaryIO) -> Iterator[ImportTask]:
    """Yield the tasks that a plugin's importer reads from a stream, as strictly checked as those of the core's readers.

    Raises:
        ValidationFailedError: the stream has not the importer's format, or holds what cannot be stored.
    """
    try:
        for index, task in enumerate(spec.read(stream)):
            yield _checked(task, index)
    except ImportFormatError as error:
        raise ValidationFailedError(str(error), validation_errors={"non_field_errors": [str(error)]}) from error


def _checked(task: ImportedTask, index: int) -> ImportTask:
    parts = {
        "data": task.data,
        "meta": task.meta,
        "annotations": task.annotations,
        "predictions": task.predictions,
    }
    fault = unstorable_in(parts, max_bytes=MAX_ITEM_BYTES)
    if fault is not None:
        place = ".".join(map(str, fault.keys)) or "task"
        raise item_error(index, f'"{place}" {fault.reason}', key=place)
    return normalize_task(parts, index)
