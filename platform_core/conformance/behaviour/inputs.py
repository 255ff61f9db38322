"""Rules TP805 and TP806: validators, importers and exporters on input that nobody meant, and their time."""

import io
import json
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from django.db import transaction

from platform_core.conformance.behaviour.stage import Stage, read
from platform_core.conformance.behaviour.world import CONFIG, World, result_of
from platform_core.plugins.collection import check_sequence
from platform_core.plugins.errors import ExportFormatError, HookResultError, ImportFormatError
from platform_core.plugins.implementations import Implementation
from platform_core.plugins.registrations import ExportContext, ExportedTask
from platform_core.plugins.types import AnnotationContext, LabelConfigContext, TaskContext
from tenants.scope import tenant_scope

TRIES: Final = 5
RESULTS: Final[tuple[list[Any], ...]] = (
    [],
    [{}],
    [{"id": "r", "from_name": "topic", "to_name": "text", "type": "choices", "value": {}}],
    [{"id": "r", "from_name": "topic", "to_name": "text", "type": "choices", "value": {"choices": []}}],
    [{"id": 7, "from_name": None, "to_name": ["text"], "type": 12, "value": None}],
    [{"id": "r", "from_name": "topic", "type": "choices", "value": {"choices": {"a": 1}, "taxonomy": "x"}}],
    [{"id": "r", "type": "relation", "from_id": "a", "to_id": "b", "direction": "right"}],
    [{"id": "r", "value": {"text": "x" * 10_000, "start": -1, "end": 10**30, "points": [[None]]}}] * 20,
    [{"id": "\u202e", "from_name": "", "to_name": "", "type": "", "value": {"taxonomy": [[], [[]], None]}}],
)
TASKS: Final[tuple[dict[str, Any], ...]] = (
    {},
    {"text": None},
    {"text": 12, "other": [{}, None]},
    {"text": {"a": {"b": []}}},
    {"text": "\u202e" * 100, "": ""},
)
PARSED: Final[tuple[dict[str, Any], ...]] = (
    {},
    {"topic": {"type": "Choices", "to_name": ["text"], "inputs": [], "labels": []}},
)
FILES: Final = (b"", b"\x00\xff", b"{", b"[1, 2", b"a,b\n1\n", b"PK\x03\x04", b"<a>" * 50, "\ufeff\u00e4\r\n".encode())


def hooks_hold_out(stage: Stage) -> None:
    """Call every validator, importer and exporter with odd input, and measure validators on ordinary input."""
    world = stage.called
    with tenant_scope(world.organization):
        for name, calls in _calls(world).items():
            implementation = stage.plugin.implementations.get(name)
            if implementation is not None:
                _validator(stage, implementation, calls)
        _importers(stage)
        _exporters(stage, world)
    for rule in ("TP805", "TP806"):
        if not stage.tried[rule]:
            stage.skip(rule, "the plugin has no hook that takes input")


def _calls(world: World) -> dict[str, list[dict[str, Any]]]:
    """Return arguments by hook, the ordinary ones first."""
    organization, project = world.organization, world.objects["project"]
    annotation = AnnotationContext(
        organization=organization, project_id=project, task_id=world.objects["task"], bindings={}, parsed=PARSED[1]
    )
    task = TaskContext(organization=organization, project_id=project, parsed=PARSED[1])
    config = CONFIG.format(mark="x")
    return {
        "validate_annotation": [{"context": annotation, "result": result} for result in (result_of(world), *RESULTS)],
        "validate_task": [{"context": task, "tasks": tasks} for tasks in ([{"text": world.mark}], [], list(TASKS))],
        "validate_label_config": [
            {
                "context": LabelConfigContext(
                    organization=organization, project_id=None, config=text, parsed=parsed, previous=previous
                )
            }
            for text, parsed, previous in (
                (config, PARSED[1], None),
                ("<View></View>", {}, config),
                (config, {}, "<View/>"),
            )
        ],
    }


def _validator(stage: Stage, implementation: Implementation, calls: Sequence[dict[str, Any]]) -> None:
    spec = implementation.spec
    for index, arguments in enumerate(calls):
        words = [arguments[name] for name in implementation.arguments]
        where = f"{spec.name}() with input {index}"
        outcome = _outcome(lambda words=words: check_sequence(spec, implementation.function(*words)))  # type: ignore[misc]
        stage.check("TP806", where, outcome is None, f"{outcome}; the input is {_shown(arguments)}")
    words = [calls[0][name] for name in implementation.arguments]
    best = _seconds(lambda: implementation.function(*words))
    for _ in range(TRIES):  # a busy machine is no reason to fail
        best = min(best, _seconds(lambda: implementation.function(*words))) if best > spec.budget else best
    message = f"took {best * 1000:.0f} ms at best, over {spec.budget * 1000:.0f} ms"
    stage.check("TP805", f"{spec.name}()", best <= spec.budget, message)


def _outcome(call: Callable[[], object], *allowed: type[BaseException]) -> str | None:
    """Return how a call failed, or None; what it wrote is taken back."""
    try:
        with transaction.atomic():
            call()
            transaction.set_rollback(True)
    except allowed:
        return None
    except HookResultError as error:
        return str(error)
    except (Exception, SystemExit) as error:  # noqa: BLE001  whatever comes through is the finding
        return f"raises {type(error).__name__}: {str(error)[:150]}"
    return None


def _seconds(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    _outcome(call)
    return time.perf_counter() - started


def _shown(arguments: dict[str, Any]) -> str:
    return str(arguments.get("result") or arguments.get("tasks") or arguments["context"])[:200]


def _importers(stage: Stage) -> None:
    for spec in stage.plugin.registrations.importers:
        for content in FILES:
            where = f"importer {spec.key} with {content[:12]!r}"
            outcome = _outcome(lambda content=content, spec=spec: spec.sniff(content, "x.dat"))  # type: ignore[misc]
            stage.check("TP806", where, outcome is None, f"sniff() {outcome}")
            outcome = _outcome(
                lambda content=content, spec=spec: list(spec.read(io.BytesIO(content))),  # type: ignore[misc]
                ImportFormatError,
            )
            stage.check("TP806", where, outcome is None, f"read() {outcome}")


def _exporters(stage: Stage, world: World) -> None:
    project = world.objects["project"]
    exported = world.client(world.owner).get(f"/api/projects/{project}/export?download_all_tasks=1")
    task = next(item for item in json.loads(read(exported)) if item["annotations"])
    context = ExportContext(
        organization=world.organization,
        project_id=world.objects["project"],
        project_title="x",
        parsed=PARSED[1],
    )
    for spec in stage.plugin.registrations.exporters:
        for result in RESULTS:
            outcome = _outcome(
                lambda result=result, spec=spec: spec.write(_tasks(task, result), io.BytesIO(), context),  # type: ignore[misc]
                ExportFormatError,
            )
            where = f"exporter {spec.key}"
            stage.check("TP806", where, outcome is None, f"{outcome}; the result is {str(result)[:200]}")


def _tasks(task: dict[str, Any], result: list[Any]) -> Iterator[ExportedTask]:
    """Yield a task as the core exports it, with another result."""
    known: dict[str, Any] = {name: task.get(name) for name in ("id", "data", "meta", "created_at", "updated_at")}
    annotations = [{**annotation, "result": result} for annotation in task["annotations"]]
    yield ExportedTask(**known, annotations=annotations, predictions=[])
