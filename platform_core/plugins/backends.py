"""Working with the models and stores that plugins register: found by `slug.key`, each call under its own limits.

Whatever their code raises is named after its plugin: what a person can put right reaches them as `backend_failed` with
the plugin's words, everything else as `plugin_failed` with an incident id.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, BinaryIO, TypeVar

from jsonschema import Draft202012Validator

from platform_core.api.errors import NotFoundError, PluginFailedError, ValidationFailedError
from platform_core.plugins.backend_registrations import (
    STORAGE_METHODS,
    MLBackendSpec,
    MLContext,
    MLPrediction,
    MLTask,
    MLTraining,
    StorageBackendSpec,
    StorageCapability,
    StorageContext,
    StoredObject,
)
from platform_core.plugins.errors import BackendError, BackendFailedError
from platform_core.plugins.hookspecs import ML_PREDICT, ML_TRAIN, STORAGE_CALL, HookSpec
from platform_core.plugins.invocation import HookFailedError, Invoker
from platform_core.plugins.loader import get_registry
from platform_core.plugins.queries.enabled import enabled_plugins
from platform_core.plugins.types import Json

T = TypeVar("T")
MAX_SHOWN = 20


def ml_backends() -> dict[str, MLBackendSpec]:
    """Return the models of the plugins enabled in the organization in scope, by `slug.key`."""
    return get_registry().ml_backends(enabled_plugins())


def storage_backends() -> dict[str, StorageBackendSpec]:
    """Return the kinds of stores of the plugins enabled in the organization in scope, by `slug.key`."""
    return get_registry().storage_backends(enabled_plugins())


def ml_backend(name: str) -> MLBackendSpec:
    """Return one of them.

    Raises:
        NotFoundError: there is none here.
    """
    return _found(ml_backends(), name, "model")


def storage_backend(name: str) -> StorageBackendSpec:
    """Return one of them; raises as `ml_backend`."""
    return _found(storage_backends(), name, "storage")


def check_options(schema: Json, options: Json) -> None:
    """Compare options with a backend's schema.

    Raises:
        ValidationFailedError: they break it; the errors name the option and the rule, never a value, which may be a
            secret.
    """
    found: dict[str, list[str]] = {}
    for error in islice(Draft202012Validator(schema).iter_errors(options), MAX_SHOWN):
        place = "/".join(["options", *map(str, error.absolute_path)])
        is_about_names = error.validator in {"required", "additionalProperties", "dependentRequired"}
        found.setdefault(place, []).append(error.message if is_about_names else f'Breaks the rule "{error.validator}".')
    if found:
        raise ValidationFailedError(validation_errors=found)


def predict(name: str, context: MLContext, tasks: Iterable[MLTask]) -> Iterator[MLPrediction]:
    """Ask a model about tasks, a batch at a time.

    Args:
        name: `slug.key`.
        context: where; its options are checked.
        tasks: read as the answers are taken, so any number takes constant memory.

    Yields:
        At most one prediction a task, in the order of the model. Results are not yet compared with the label config.

    Raises:
        NotFoundError: there is no such model here.
        ValidationFailedError: the options break the model's schema.
        BackendFailedError: the model cannot answer, for a reason that a person can put right.
        PluginFailedError: it failed, or answered about tasks that it was not asked about.
    """
    spec = ml_backend(name)
    check_options(spec.options_schema, context.options)
    waiting = iter(tasks)
    while batch := list(islice(waiting, spec.batch_size)):
        yield from _call(name, ML_PREDICT, lambda batch=batch: _checked(batch, spec.predict(context, batch)))  # type: ignore[misc]


def train(name: str, context: MLContext, tasks: Iterable[MLTask]) -> MLTraining:
    """Let a model learn; raises as `predict`, and ValidationFailedError also for a model that cannot learn."""
    spec = ml_backend(name)
    check_options(spec.options_schema, context.options)
    if spec.train is None:
        raise ValidationFailedError(f"The model {name!r} cannot be trained.")
    learn = spec.train
    (training,) = _call(name, ML_TRAIN, lambda: [learn(context, tasks)])
    found: MLTraining = training
    return found


def open_storage(name: str, context: StorageContext) -> "OpenStorage":
    """Open a store.

    Args:
        name: `slug.key`.
        context: which one; its options are checked.

    Raises:
        NotFoundError: there is no such kind of store here.
        ValidationFailedError: the options break its schema.
        BackendFailedError: they name no store.
        PluginFailedError: the plugin failed.
    """
    spec = storage_backend(name)
    check_options(spec.options_schema, context.options)
    (store,) = _call(name, STORAGE_CALL, lambda: [_with_methods(spec, spec.open(context))], item_type=object)
    return OpenStorage(name=name, spec=spec, store=store)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenStorage:
    """A store of a plugin, with its answers checked. Each method raises as `open_storage`.

    Attributes:
        name: `slug.key` of its kind.
        spec: its kind.
        store: the plugin's own object.
    """

    name: str
    spec: StorageBackendSpec
    store: Any = field(repr=False)

    def check(self) -> None:
        """Say whether the store can be reached and used."""
        _call(self.name, STORAGE_CALL, lambda: _nothing(self.store.check()), item_type=object)

    def objects(self, prefix: str = "", *, after: str = "", page: int = 1000) -> Iterator[StoredObject]:
        """Yield the objects whose key begins with `prefix` and lies beyond `after`, in order, read a page at a time."""
        self._needs("read")
        while True:
            found = self._page(prefix, after, page)
            yield from found
            if len(found) < page:
                return
            after = found[-1].key

    def read(self, key: str, *, start: int = 0, length: int) -> bytes:
        """Return `length` bytes from `start` on, fewer at the end of the object."""
        self._needs("read")
        (content,) = _call(
            self.name, STORAGE_CALL, lambda: [_bounded(self.store.read(key, start, length), length)], item_type=bytes
        )
        found: bytes = content
        return found

    def write(self, key: str, content: BinaryIO) -> StoredObject:
        """Make the object, or replace it."""
        self._needs("write")
        (made,) = _call(self.name, STORAGE_CALL, lambda: [self.store.write(key, content)], item_type=StoredObject)
        found: StoredObject = made
        return found

    def delete(self, key: str) -> None:
        """Delete the object, if there is one."""
        self._needs("delete")
        _call(self.name, STORAGE_CALL, lambda: _nothing(self.store.delete(key)), item_type=object)

    def link(self, key: str, *, seconds: int) -> str:
        """Return an URL that reads the object for so many seconds."""
        self._needs("link")
        (url,) = _call(self.name, STORAGE_CALL, lambda: [self.store.link(key, seconds)], item_type=str)
        found: str = url
        return found

    def _page(self, prefix: str, after: str, limit: int) -> tuple[StoredObject, ...]:
        return _call(
            self.name,
            STORAGE_CALL,
            lambda: _in_order(self.store.list(prefix, after, limit), prefix, after, limit),
            item_type=StoredObject,
        )

    def _needs(self, capability: StorageCapability) -> None:
        if capability not in self.spec.capabilities:
            raise ValidationFailedError(f"A store of the kind {self.name!r} cannot {capability}.")


def _found(known: Mapping[str, T], name: str, kind: str) -> T:
    if name not in known:
        raise NotFoundError(f"There is no {kind} {name!r} here; there are {', '.join(sorted(known)) or 'none'}.")
    return known[name]


def _call(name: str, spec: HookSpec, call: Callable[[], Any], *, item_type: type | None = None) -> tuple[Any, ...]:
    """Run a registered callable of a plugin under a specification."""
    slug = name.partition(".")[0]
    refused: list[BackendError] = []
    checked = spec if item_type is None else spec.returning(item_type)

    def run() -> Any:
        try:
            return call()
        except BackendError as error:
            refused.append(error)
            return []

    try:
        items = Invoker().measure(slug, checked, run)
    except HookFailedError as failure:
        facts = {"plugin": slug, "hook": failure.hook, "backend": name, "incident_id": failure.incident_id}
        raise PluginFailedError(f"{name!r} failed; incident {failure.incident_id}.", data=facts) from failure
    if refused:
        error = refused[0]
        raise BackendFailedError(str(error), data={"plugin": slug, "backend": name, "kind": error.kind}) from error
    return items


def _checked(batch: Sequence[MLTask], predictions: Sequence[MLPrediction]) -> Sequence[MLPrediction]:
    asked, seen = {task.id for task in batch}, set()
    for prediction in predictions:
        if prediction.task_id not in asked or prediction.task_id in seen:
            raise ValueError(f"it answers about task {prediction.task_id}, which was not asked or is answered already")
        seen.add(prediction.task_id)
    return predictions


def _with_methods(spec: StorageBackendSpec, store: Any) -> Any:
    wanted = ["check", *(name for item in sorted(spec.capabilities) for name in STORAGE_METHODS[item])]
    missing = [name for name in wanted if not callable(getattr(store, name, None))]
    if missing:
        raise TypeError(f"the opened store has no {missing[0]}(), which its capabilities promise")
    return store


def _in_order(found: Sequence[StoredObject], prefix: str, after: str, limit: int) -> Sequence[StoredObject]:
    """A listing that repeats or leaves its prefix would never end, or reach what nobody asked for."""
    for item in found:
        if not item.key.startswith(prefix) or item.key <= after:
            raise ValueError(f"it lists {item.key!r} after {after!r} below {prefix!r}")
        after = item.key
    if len(found) > limit:
        raise ValueError(f"it lists {len(found)} objects where {limit} were asked for")
    return found


def _bounded(content: bytes, length: int) -> bytes:
    if len(content) > length:
        raise ValueError(f"it reads {len(content)} bytes where {length} were asked for")
    return content


def _nothing(value: object) -> list[object]:
    if value is not None:
        raise TypeError(f"it returned {type(value).__name__} where nothing is returned")
    return []
