"""Rules TP601 to TP610 and TP901: everything of the plugin is run in two organizations, watched."""

import inspect
import io
from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.db import transaction

from platform_core.api.errors import TenonError
from platform_core.conformance.behaviour.machines import answers_of_machines
from platform_core.conformance.behaviour.memory import remembered
from platform_core.conformance.behaviour.routes import Operation
from platform_core.conformance.behaviour.stage import Stage, forget, read, rows_of
from platform_core.conformance.behaviour.world import World, fill_project, result_of
from platform_core.jobs.queue import start_job_async_or_sync
from platform_core.jobs.registry import load_job_modules, registered_jobs
from platform_core.members.gate import principal_of_member
from platform_core.members.permissions import CORE_PERMISSIONS
from platform_core.plugins.facade import HookFacade
from platform_core.plugins.loader import get_registry
from platform_core.plugins.task_registrations import TaskActionCall
from tenants.scope import tenant_scope

FOREIGN = (400, 403, 404, 405)


def nothing_crosses(stage: Stage) -> None:
    """Run all of it for the other organization, then for the one that is called, and look for what came along."""
    load_job_modules()
    _jobs_have_organizations(stage)
    off = rows_of(stage.off.organization)
    for world in (stage.other, stage.called):
        watched = stage.called if world is stage.other else stage.other
        forget()
        before = rows_of(watched.organization)
        with stage.recorder.watching(world):
            _exercise(stage, world)
        _unchanged(stage, watched, before)
    _unchanged(stage, stage.off, off)
    with stage.recorder.watching(stage.called):
        _foreign_ids(stage)
    for place, message in remembered(stage.plugin.package, _object_of(stage), list(stage.worlds.values())):
        stage.find("TP603", place, message)
    stage.tried["TP603"] += 1
    stage.recorder.finish()
    for rule in ("TP604", "TP605", "TP606", "TP607", "TP608", "TP609"):
        stage.tried[rule] += 1
    stage.tried["TP601"] += stage.recorder.statements


def _object_of(stage: Stage) -> object:
    functions = [item.function for item in stage.plugin.implementations.values()]
    return getattr(functions[0], "__self__", None) if functions else None


def _unchanged(stage: Stage, world: World, before: dict[str, str]) -> None:
    after = rows_of(world.organization)
    changed = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    message = f"rows of {world.organization.slug} changed while another organization was served"
    stage.check("TP610", ", ".join(changed) or "rows", not changed, message)


def _jobs_have_organizations(stage: Stage) -> None:
    for definition in registered_jobs():
        if definition.plugin == stage.plugin.slug or definition.path.startswith(f"{stage.plugin.package}."):
            message = "is a job without an organization"
            stage.check("TP606", definition.path, definition.scope == "organization", message)


def _exercise(stage: Stage, world: World) -> None:
    """Run hooks, exports, actions, routes, handlers and jobs in one organization."""
    _label(stage, world)
    _exports(stage, world)
    _importers(stage, world)
    _actions(stage, world)
    for where, text in answers_of_machines(stage, world):
        _shows_nothing(stage, world, where, text.encode())
    for operation in stage.operations:
        _call(stage, world, operation)
    _jobs(stage, world)
    stage.settle(world)
    stage.recorder.check_path("handlers and jobs")


def _label(stage: Stage, world: World) -> None:
    """Work as people do: projects of each template, tasks, annotations, so that validators and handlers run."""
    client = world.client(world.owner)
    for template in stage.plugin.registrations.project_templates:
        body = {"title": f"{world.mark} {template.key}", "label_config": template.label_config}
        made = client.post("/api/projects/", body)
        where = f"project template {template.key}"
        message = f"is refused: {made.content.decode(errors='replace')[:300]}"
        if stage.check("TP501", where, made.status_code == 201, message) and template.tasks:
            fill_project(world, made.json()["id"], [dict(task) for task in template.tasks])
    project = world.objects["project"]
    (task, *_) = fill_project(world, project, [{"text": f"{world.mark} again"}])
    annotation = client.post(f"/api/tasks/{task}/annotations/", {"result": result_of(world)})
    answers = [annotation, client.patch(f"/api/projects/{project}/", {"description": world.mark})]
    if annotation.status_code == 201:
        place = f"/api/annotations/{annotation.json()['id']}/"
        answers += [client.patch(place, {"result": result_of(world)}), client.delete(place)]
    answers += [client.get(f"/api/tasks/?project={project}&fields=all"), client.delete(f"/api/tasks/{task}/")]
    for answer in answers:
        _shows_nothing(stage, world, f"{answer.request['REQUEST_METHOD']} {answer.request['PATH_INFO']}", read(answer))


def _exports(stage: Stage, world: World) -> None:
    client, project = world.client(world.owner), world.objects["project"]
    for spec in stage.plugin.registrations.exporters:
        name = f"{stage.plugin.slug}.{spec.key}"
        answer = client.get(f"/api/projects/{project}/export?export_type={name}&download_all_tasks=1")
        content = read(answer)
        stage.check("TP901", f"export {name}", answer.status_code < 500, f"answers {answer.status_code}")
        _shows_nothing(stage, world, f"export {name}", content)


def _importers(stage: Stage, world: World) -> None:
    client, project = world.client(world.owner), world.objects["project"]
    for template in stage.plugin.registrations.project_templates:
        if template.sample is None or not template.sample.file.is_file():
            continue
        content = io.BytesIO(template.sample.file.read_bytes())
        content.name = template.sample.file.name
        name = f"{stage.plugin.slug}.{template.sample.importer}"
        with transaction.atomic():
            answer = client.post(f"/api/projects/{project}/import?format={name}", {"file": content}, format="multipart")
            transaction.set_rollback(True)
        message = f"answers {answer.status_code} to its own sample: {answer.content.decode(errors='replace')[:200]}"
        stage.check("TP901", f"import {name}", answer.status_code in (200, 201, 400), message)
        _shows_nothing(stage, world, f"import {name}", read(answer))


def _actions(stage: Stage, world: World) -> None:
    """Run each action on the world's task and take it back."""
    for spec in stage.plugin.registrations.task_actions:
        with tenant_scope(world.organization), transaction.atomic():
            call = action_call(world)
            outcome = action_outcome(stage, spec, call)
            transaction.set_rollback(True)
        _shows_nothing(stage, world, f"action {spec.key}", outcome.encode())


def action_call(world: World) -> TaskActionCall:
    """Return a call of an action on the world's task, by its owner; in the organization's scope."""
    asked = {request.codename for manifest in get_registry().manifests for request in manifest.permissions}
    actor = principal_of_member(world.owner.member, permissions=frozenset(CORE_PERMISSIONS) | asked)
    return TaskActionCall(
        organization=world.organization,
        project_id=world.objects["project"],
        task_ids=(world.objects["task"],),
        parameters={},
        actor=actor,  # type: ignore[arg-type]  # the owner is there
    )


def action_outcome(stage: Stage, spec: Any, call: TaskActionCall) -> str:
    """Run an action and return what it says, or how it refuses."""
    try:
        with transaction.atomic():
            return repr(HookFacade().run_task_action(stage.plugin.slug, spec, call))
    except TenonError as error:
        return f"{error.code} {error.detail} {error.data}"


def _call(stage: Stage, world: World, operation: Operation) -> None:
    """Call a route; what deletes is taken back, so that the next one finds its objects."""
    with transaction.atomic():
        answer = stage.call(operation, world, world.owner)
        if operation.method == "DELETE":
            transaction.set_rollback(True)
    where = str(operation)
    _shows_nothing(stage, world, where, answer.whole + repr(sorted(answer.headers.items())).encode())
    stage.recorder.check_path(where)
    if operation.parameters and answer.status_code == 404:
        stage.check("TP901", where, holds=False, message="no path argument was found that leads to an object")
    else:
        said = answer.whole.decode(errors="replace")[:200]
        stage.check("TP901", where, answer.status_code < 500, f"answers {answer.status_code}: {said}")


def _shows_nothing(stage: Stage, world: World, where: str, content: bytes) -> None:
    stage.tried["TP602"] += 1
    for slug in stage.recorder.foreign_marks(content.decode(errors="replace"), world):
        stage.find("TP602", where, f"shows data of {slug} to {world.organization.slug}")


def _jobs(stage: Stage, world: World) -> None:
    """Start the plugin's jobs that take no arguments; the others are started by what was called."""
    with tenant_scope(world.organization), transaction.atomic():
        for definition in registered_jobs():
            own = definition.path.startswith(f"{stage.plugin.package}.") and definition.scope == "organization"
            if own and len(inspect.signature(definition.function).parameters) == 1:
                stage.tried["TP606"] += 1
                start_job_async_or_sync(definition.function)


def _foreign_ids(stage: Stage) -> None:
    """Call the routes of one organization with ids of the other: nothing is found, nothing is shown."""
    here, there = stage.called, stage.other
    for operation, path, body in _foreign_calls(stage):
        with transaction.atomic():
            answer = stage.call(operation, here, here.owner, path=path, body=body)
            transaction.set_rollback(True)
        where = f"{operation} with ids of {there.organization.slug}"
        _shows_nothing(stage, here, where, answer.whole)
        if path is not None and operation.parameters:
            message = f"answers {answer.status_code} instead of 404"
            stage.check("TP602", where, answer.status_code in FOREIGN, message)


def _foreign_calls(stage: Stage) -> Iterator[tuple[Operation, str | None, Any]]:
    here, there = stage.called, stage.other
    for operation in stage.operations:
        if operation.parameters:
            theirs = stage.path_of(operation, there, there.owner)
            if theirs != stage.path_of(operation, here, here.owner):
                yield operation, theirs, None
        bodies = stage.objects.table("FOREIGN_BODIES").get(operation.key)
        for body in islice(bodies(here, there), 20) if bodies is not None else ():
            yield operation, None, body
