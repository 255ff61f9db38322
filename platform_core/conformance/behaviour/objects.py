"""Rows of the plugin to be looked for where they do not belong: by its own `tests/wall_objects.py`, or made up.

`wall_objects.py` may define `objects(mark)`, which makes rows in the organization in scope and returns their ids by
name, and the tables `ARGUMENTS`, `BODIES`, `FOREIGN_BODIES`, keyed by route. What it leaves out is made
from the models.
"""

import datetime as dt
import itertools
import uuid
from collections.abc import Iterator, Mapping
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from django.apps import apps
from django.db import models, transaction
from django.utils import timezone

from platform_core.conformance.behaviour.routes import Operation
from platform_core.conformance.behaviour.world import Person, World
from platform_core.plugins.loader import LoadedPlugin, get_registry
from tenants.scope import tenant_scope

FILE: Final = Path("tests") / "wall_objects.py"
_numbers: Final = itertools.count(1)


class Objects:
    """Makes rows, and knows how routes are called with them."""

    def __init__(self, plugin: LoadedPlugin, root: Path) -> None:
        self._plugin = plugin
        self._module = _load(root / FILE, plugin.slug)

    def make(self, world: World, *, suffix: str = "") -> dict[str, Any]:
        """Make rows in an organization and return their ids by name; every text of them holds the world's mark."""
        mark = f"{world.mark}{suffix}"
        with tenant_scope(world.organization), transaction.atomic():
            if self._module is not None and hasattr(self._module, "objects"):
                made: dict[str, Any] = self._module.objects(mark)
                return made
            if self._plugin.label is None:
                return {}
            made = {}
            for model in apps.get_app_config(self._plugin.label).get_models():
                made[f"{self._plugin.slug}.{model._meta.model_name}"] = make_row(model, world, mark).pk
            return made

    def table(self, name: str) -> Mapping[Any, Any]:
        """Return one of the module's tables; one that it has no use for may be missing."""
        return getattr(self._module, name, {}) if self._module is not None else {}

    def arguments(self, operation: Operation, world: World, person: Person) -> Iterator[dict[str, Any]]:
        """Yield path arguments to try: those of the module, else every id that could be meant."""
        given = self.table("ARGUMENTS").get(operation.name)
        if given is not None:
            yield given(world, person)
            return
        if not operation.parameters:
            yield {}
            return
        yield from self._guessed(operation, world)

    def _guessed(self, operation: Operation, world: World) -> Iterator[dict[str, Any]]:
        serializer = getattr(operation.view, "serializer_class", None)
        meant = getattr(getattr(serializer, "Meta", None), "model", None)
        own = {name: pk for name, pk in world.objects.items() if name.startswith(f"{self._plugin.slug}.")}
        first = f"{self._plugin.slug}.{meant._meta.model_name}" if meant is not None else ""
        ordered = sorted(own, key=lambda name: name != first)
        core = {name: pk for name, pk in world.objects.items() if name in ("project", "task", "prediction")}
        for candidate in [*(own[name] for name in ordered), *core.values()]:
            yield {
                name: next((core[word] for word in core if word in name), candidate) for name in operation.parameters
            }

    def body(self, operation: Operation, world: World, person: Person) -> Any:
        """Return a body to send."""
        given = self.table("BODIES").get(operation.key)
        return given(world, person) if given is not None else {}


def _load(path: Path, slug: str) -> ModuleType | None:
    spec = spec_from_file_location(f"tenon_proof_objects_{slug}", path) if path.is_file() else None
    if spec is None or spec.loader is None:
        return None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def make_row(model: type[models.Model], world: World, mark: str) -> models.Model:
    """Make one row, with the mark in every text that is free, and rows of the plugin's own that it refers to."""
    values = {}
    for field in model._meta.concrete_fields:
        if field.primary_key and (field.has_default() or isinstance(field, models.AutoField)):
            continue
        value = _value_of(field, world, mark)
        if value is not None:
            values[field.attname] = value
    row = model(**values)
    row.save(force_insert=True)
    return row


def _value_of(field: Any, world: World, mark: str) -> Any:
    target = field.related_model
    if isinstance(target, type):
        return _referred(field, target, world, mark)
    if field.choices:
        return field.flatchoices[0][0]
    if isinstance(field, models.TextField | models.CharField):
        return _text(field, mark)
    if field.has_default() or field.null or getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
        return {"mark": mark} if isinstance(field, models.JSONField) else None
    return _plain(field, mark)


def _text(field: Any, mark: str) -> str:
    text = f"{mark}-{next(_numbers)}"
    if isinstance(field, models.EmailField):
        text = f"{text}@example.org"
    elif isinstance(field, models.URLField):
        text = f"https://example.org/{text}"
    return text[: field.max_length] if field.max_length else text


def _plain(field: Any, mark: str) -> Any:
    made: dict[type[models.Field[Any, Any]], Any] = {
        models.JSONField: {"mark": mark},
        models.UUIDField: uuid.uuid4(),
        models.DateTimeField: timezone.now(),
        models.DateField: timezone.now().date(),
        models.TimeField: dt.time(12),
        models.DurationField: dt.timedelta(seconds=1),
        models.BooleanField: False,
        models.BinaryField: mark.encode(),
        models.DecimalField: 1,
        models.FloatField: 1.0,
        models.IntegerField: next(_numbers),
    }
    return next((value for kind, value in made.items() if isinstance(field, kind)), None)


def _referred(field: Any, target: type[models.Model], world: World, mark: str) -> Any:
    known = {
        "projects.Project": world.objects["project"],
        "tasks.Task": world.objects["task"],
        "tasks.Prediction": world.objects["prediction"],
        "tasks.Annotation": world.owner.objects["annotation"],
        "members.Member": world.owner.member,
    }
    if target._meta.label in known:
        return known[target._meta.label]
    if field.null:
        return None
    if target._meta.app_label in {plugin.label for plugin in get_registry().plugins.values()}:
        return make_row(target, world, mark).pk
    found = models.QuerySet(target).order_by("pk").values_list("pk", flat=True).first()
    return found if found is not None else make_row(target, world, mark).pk
