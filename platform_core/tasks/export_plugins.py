"""Where an export meets plugins: their formats by name, and a guarded run of one of them."""

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, replace
from typing import Any, BinaryIO, Final, cast

import orjson

from platform_core.api.errors import PluginFailedError, ValidationFailedError
from platform_core.plugins.enabled import EnabledSet
from platform_core.plugins.errors import ExportFormatError
from platform_core.plugins.hookspecs import EXPORTER
from platform_core.plugins.invocation import HookFailedError, Invoker
from platform_core.plugins.loader import get_registry
from platform_core.plugins.registrations import ExportContext, ExportedTask, ExporterSpec

_TASK_KEYS: Final = ("id", "data", "meta", "annotations", "predictions", "created_at", "updated_at")
IN_REQUEST_SECONDS: Final = EXPORTER.limit


@dataclass(frozen=True, slots=True, kw_only=True)
class PluginFormat:
    """An exporter of an enabled plugin; `name` is what clients ask for."""

    plugin: str
    name: str
    spec: ExporterSpec

    def suits(self, parsed: dict[str, Any]) -> bool:
        """Say whether the format can hold what a project with this label config has; a plugin that fails says no."""
        if self.spec.suits is None:
            return True
        try:
            return bool(self.spec.suits(parsed))
        except Exception:  # noqa: BLE001  (a plugin may raise anything, and the list of formats must still come)
            return False

    def takes_media(self, *, asked: bool) -> bool:
        """Say whether its file holds media, where they are asked for or not."""
        return self.spec.media == "always" or (asked and self.spec.media == "asked")


def plugin_formats(enabled: EnabledSet) -> list[PluginFormat]:
    """Return the formats of the enabled plugins, in the order of plugins."""
    specs = get_registry().exporters(enabled)
    claims: dict[str, int] = {}
    for spec in specs.values():
        claims[spec.name] = claims.get(spec.name, 0) + 1
    return [
        PluginFormat(
            plugin=key.partition(".")[0], name=spec.name if spec.name and claims[spec.name] == 1 else key, spec=spec
        )
        for key, spec in specs.items()
    ]


def find_plugin_format(name: str, enabled: EnabledSet) -> PluginFormat | None:
    """Return the format with this name, or with this `slug.key`."""
    for one in plugin_formats(enabled):
        if name.upper() == one.name or name in (one.name, f"{one.plugin}.{one.spec.key}"):
            return one
    return None


class _Rows:
    """Gives exported tasks, and remembers if reading them failed, which is then not the plugin's fault."""

    def __init__(self, rows: Iterator[bytes]) -> None:
        self._rows = rows
        self.failure: Exception | None = None

    def __iter__(self) -> Iterator[ExportedTask]:
        return self

    def __next__(self) -> ExportedTask:
        try:
            task = orjson.loads(next(self._rows))
        except StopIteration:
            raise
        except Exception as error:
            self.failure = error
            raise
        # Where a snapshot holds ids only, a format has nothing to show.
        task["predictions"] = [item for item in task["predictions"] if isinstance(item, dict)]
        return ExportedTask(**{name: task[name] for name in _TASK_KEYS})


def write_with_plugin(
    wanted: PluginFormat, rows: Generator[bytes, None, None], out: Any, context: ExportContext, *, seconds: float
) -> None:
    """Let an exporter write a whole file.

    Args:
        rows: each exported task as a JSON object.
        out: has `write`; appended to.
        seconds: time limit.

    Raises:
        ValidationFailedError: the exporter says that the format cannot hold this.
        PluginFailedError: it failed or took too long.
    """
    tasks, refusals = _Rows(rows), []

    def call() -> object:
        try:
            return wanted.spec.write(iter(tasks), cast("BinaryIO", out), context)  # type: ignore[func-returns-value]
        except ExportFormatError as error:
            return refusals.append(str(error))  # type: ignore[func-returns-value]

    try:
        _measured(wanted.plugin, call, seconds)
    except HookFailedError as failure:
        if tasks.failure is not None:
            raise tasks.failure from failure
        facts = {"plugin": failure.plugin, "hook": failure.hook, "incident_id": failure.incident_id}
        raise PluginFailedError(
            f"Plugin {failure.plugin!r} could not write {wanted.name}; incident {failure.incident_id}.", data=facts
        ) from failure
    finally:
        # Ends the transaction in which they are read, also where the plugin has broken it.
        rows.close()
    if refusals:
        raise ValidationFailedError(validation_errors={"export_type": refusals})


def _measured(slug: str, call: Callable[[], object], seconds: float) -> None:
    Invoker().measure(slug, replace(EXPORTER, limit=seconds), call)
