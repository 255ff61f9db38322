"""Models and stores of the plugin, run as the platform runs them: their answers are looked through like any other."""

import functools
from collections.abc import Callable, Iterator
from typing import Any

from platform_core.api.errors import TenonError
from platform_core.conformance.behaviour.stage import Stage, read
from platform_core.conformance.behaviour.world import World, result_of
from platform_core.plugins.backend_registrations import MLContext, MLPrediction, MLTask, StorageContext
from platform_core.plugins.backends import open_storage, predict, train
from tenants.scope import tenant_scope


def answers_of_machines(stage: Stage, world: World) -> Iterator[tuple[str, str]]:
    """Yield (what was asked, what it said) for each model and each store that can be opened without options."""
    parsed = _parsed(world)
    with tenant_scope(world.organization):
        for spec in stage.plugin.registrations.ml_backends:
            name = f"{stage.plugin.slug}.{spec.key}"
            context = MLContext(
                organization=world.organization, project_id=world.objects["project"], parsed=parsed, options={}
            )
            tasks = [MLTask(id=world.objects["task"], data={"text": world.mark}, result=result_of(world))]
            if spec.train is not None:
                yield f"training of {name}", said(functools.partial(train, name, context, tasks))
            yield f"model {name}", said(functools.partial(predicted, name, context, tasks))
        for store in stage.plugin.registrations.storage_backends:
            name = f"{stage.plugin.slug}.{store.key}"
            yield f"store {name}", said(functools.partial(opened, name, world))


def predicted(name: str, context: MLContext, tasks: list[MLTask]) -> list[MLPrediction]:
    """Ask a model, to the end."""
    return list(predict(name, context, tasks))


def opened(name: str, world: World) -> str:
    """Open a store and list it."""
    store = open_storage(name, StorageContext(organization=world.organization, options={}))
    return repr(list(store.objects())) if "read" in store.spec.capabilities else ""


def said(call: Callable[[], Any]) -> str:
    """Return what a call says, or how it refuses."""
    try:
        return repr(call())
    except TenonError as error:
        return f"{error.code} {error.detail} {error.data}"


def _parsed(world: World) -> dict[str, Any]:
    answer = world.client(world.owner).get(f"/api/projects/{world.objects['project']}/")
    read(answer)
    parsed: dict[str, Any] = answer.json()["parsed_label_config"]
    return parsed
