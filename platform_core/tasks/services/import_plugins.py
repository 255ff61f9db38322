"""Where an import meets plugins: their file formats, and their validators a batch at a time."""

from collections.abc import Callable, Iterator
from functools import cache
from itertools import islice
from typing import Any, BinaryIO, Final, TypeVar

from platform_core.api.errors import PluginFailedError, TenonError, ValidationFailedError
from platform_core.files import clean_name
from platform_core.members.principal import Principal
from platform_core.plugins.errors import HookTimeoutError, ImportFormatError
from platform_core.plugins.facade import HookFacade
from platform_core.plugins.hookspecs import HOOKS
from platform_core.plugins.invocation import record_failure
from platform_core.plugins.registrations import ImportContext, ImportedTask, ImporterSpec
from platform_core.plugins.types import TaskContext
from platform_core.plugins.watchdog import process_watchdog
from platform_core.projects.label_config.hygiene import unstorable_in
from platform_core.projects.models import Project
from platform_core.projects.plugin_checks import bindings_of, issue_dict
from platform_core.tasks.models import FileUpload
from platform_core.tasks.reading import ImportTask
from platform_core.tasks.reading.errors import item_error
from platform_core.tasks.reading.normalize import normalize_task
from platform_core.tasks.reading.source import MAX_ITEM_BYTES
from platform_core.tasks.services.import_rows import ImportPlace

T = TypeVar("T")
TASKS_AT_ONCE: Final = 200
SNIFF_SECONDS: Final = 5.0
READ_SECONDS: Final = 30.0


def check_tasks_with_plugins(
    place: ImportPlace, tasks: list[ImportTask], *, first_item: int, actor: Principal
) -> list[dict[str, Any]]:
    """Ask the enabled plugins about a batch; returns their warnings, each with its `item`.

    Raises:
        ValidationFailedError: a plugin reports an error; the message names the item.
        PluginFailedError: a blocking validator failed.
    """
    if not actor.enabled_plugins or place.compiled is None:
        return []
    context = TaskContext(
        organization=actor.organization,
        project_id=place.project.pk,
        parsed=place.project.parsed_label_config,
        bindings=bindings_of(place.compiled),
    )
    found = HookFacade().validate_tasks(context, [task.data for task in tasks], enabled=actor.enabled_plugins)
    warnings = []
    for effect in found:
        issue = effect.value
        index = getattr(issue, "index", None)
        item = first_item + (index or 0)
        if issue.severity != "error":
            warnings.append(
                {"item": item if index is not None else None, **issue_dict(effect.plugin, effect.hook, issue)}
            )
            continue
        message = f"Error at item {item}: {issue.message}"
        raise ValidationFailedError(
            message,
            validation_errors={"non_field_errors": [message]},
            data={"item": item, "issues": [issue_dict(effect.plugin, effect.hook, issue)]},
        )
    return warnings


def recognises(key: str, spec: ImporterSpec, head: bytes, filename: str) -> bool:
    """Ask an importer whether a file is its own; one that fails at that has not recognised it."""
    try:
        return bool(_guarded(key, lambda: spec.sniff(head, filename), seconds=SNIFF_SECONDS))
    except PluginFailedError:
        return False


def import_context(project: Project) -> ImportContext:
    """Return what an importer may know about a project."""

    @cache
    def addresses() -> dict[str, str]:
        return {one.name: f"/data/{one.file}" for one in FileUpload.objects.filter(project=project).order_by("pk")}

    return ImportContext(parsed=project.parsed_label_config, address_of=lambda name: addresses().get(clean_name(name)))


def tasks_of_importer(
    spec: ImporterSpec, stream: BinaryIO, *, key: str = "", context: ImportContext | None = None
) -> Iterator[ImportTask]:
    """Yield the tasks that a plugin's importer reads from a stream, as strictly checked as those of the core's readers.

    Args:
        key: `slug.key`, by which the log names a culprit.
        context: of the project, for formats that need its label config.

    Raises:
        ValidationFailedError: the stream has not the importer's format, or holds what cannot be stored.
        PluginFailedError: the importer raised something else, or took too long over a few hundred tasks.
    """
    reading: list[Iterator[ImportedTask]] = []

    def some() -> list[ImportedTask]:
        if not reading:
            if spec.read_for is not None and context is not None:
                reading.append(iter(spec.read_for(stream, context)))
            else:
                reading.append(iter(spec.read(stream)))
        return list(islice(reading[0], TASKS_AT_ONCE))

    index = 0
    try:
        while tasks := _guarded(key or spec.key, some, seconds=READ_SECONDS):
            for task in tasks:
                yield _checked(task, index)
                index += 1
    except ImportFormatError as error:
        raise ValidationFailedError(str(error), validation_errors={"non_field_errors": [str(error)]}) from error


def _guarded(key: str, call: Callable[[], T], *, seconds: float) -> T:
    """Run a call into an importer under the watchdog.

    Raises:
        PluginFailedError: it raised, or took longer; the log has the reason under the incident id.
        ImportFormatError, TenonError: as it raised them.
    """
    slug = key.partition(".")[0]
    try:
        return process_watchdog().run(call, seconds=seconds, culprit=f"{key} (importer)")
    except (ImportFormatError, TenonError):
        raise
    except HookTimeoutError:
        reason = f"importer {key} took longer than {seconds:g} s"
    except (Exception, SystemExit) as error:  # noqa: BLE001  (a plugin may raise anything)
        reason = f"importer {key}: {type(error).__name__}: {error}"
    failure = record_failure(slug, HOOKS["register_importers"], reason)
    raise PluginFailedError(
        f"The importer {key!r} failed; incident {failure.incident_id}.",
        data={"plugin": slug, "hook": failure.hook, "incident_id": failure.incident_id},
    )


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
