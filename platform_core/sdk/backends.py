"""Models and stores that plugins register: find one by `slug.key`, and work with it under the platform's limits.

    from platform_core.sdk.backends import MLContext, MLTask, open_storage, predict

    context = MLContext(organization=organization, project_id=7, parsed=parsed, options={})
    for prediction in predict("tiny_ml.words", context, tasks): ...       # read as they are made, batch by batch

    store = open_storage("box_storage.box", StorageContext(organization=organization, options={"box": "letters"}))
    for item in store.objects("2026/", after=last_key): ...               # resumable: in order of keys, a page a call

`project_context` makes the context of a project that a member may see. Plugins raise `BackendError` for what a person
can put right. All of it works in the organization in scope.
"""

from typing import Any

from platform_core.members.principal import Principal
from platform_core.plugins.backend_registrations import (
    MLBackendSpec,
    MLContext,
    MLPrediction,
    MLTask,
    MLTraining,
    NavigationItem,
    Storage,
    StorageBackendSpec,
    StorageContext,
    StoredObject,
)
from platform_core.plugins.backends import (
    OpenStorage,
    check_options,
    ml_backend,
    ml_backends,
    open_storage,
    predict,
    storage_backend,
    storage_backends,
    train,
)
from platform_core.plugins.errors import BackendError, BackendFailedError
from platform_core.projects.plugin_checks import bindings_of
from platform_core.projects.queries import visible_project
from platform_core.tasks.services.checks import usable_config
from platform_core.tasks.services.predictions import create_prediction

__all__ = [
    "BackendError",
    "BackendFailedError",
    "MLBackendSpec",
    "MLContext",
    "MLPrediction",
    "MLTask",
    "MLTraining",
    "NavigationItem",
    "OpenStorage",
    "Storage",
    "StorageBackendSpec",
    "StorageContext",
    "StoredObject",
    "check_options",
    "ml_backend",
    "ml_backends",
    "open_storage",
    "predict",
    "project_context",
    "storage_backend",
    "storage_backends",
    "store_prediction",
    "train",
]


def project_context(principal: Principal, project_id: int, **more: Any) -> MLContext:
    """Return where a model works: a project that the member may see.

    Args:
        more: `options`, `artifact` and `version` of `MLContext`.

    Raises:
        NotFoundError: it does not exist, or the member may not see it.
        PluginDisabledError: its label config needs a plugin that is off here.
    """
    project = visible_project(principal, project_id)
    compiled = usable_config(project, principal)
    return MLContext(
        organization=principal.organization,
        project_id=project.pk,
        parsed=project.parsed_label_config,
        bindings=bindings_of(compiled) if compiled is not None else {},
        **more,
    )


def store_prediction(principal: Principal, prediction: MLPrediction, *, model_version: str) -> int:
    """Store what a model says about a task, with its audit entry and event; returns the prediction's id.

    Raises:
        NotFoundError: the member may not see the task.
        ValidationFailedError: the result breaks a rule of the label config.
    """
    values = {"result": prediction.result, "score": prediction.score, "model_version": model_version}
    made: int = create_prediction(task_id=prediction.task_id, values=values, actor=principal).pk
    return made
