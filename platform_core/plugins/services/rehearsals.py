"""A rehearsal of enabling or upgrading: the migrations run in an empty copy of the schema, and are taken back."""

import time
from dataclasses import dataclass

from django.db import DatabaseError

from platform_core.plugins.acting import acting_as
from platform_core.plugins.loader import LoadedPlugin
from platform_core.plugins.models import Activation
from platform_core.plugins.services.installed import installed_labels, labels_of_plugin
from tenants.activation import make_tables
from tenants.errors import MigrationEngineError
from tenants.rehearsal import empty_copy


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """What came of it.

    Attributes:
        seconds: that the migrations took on empty tables; with rows it takes longer, see the rows of the plan.
        migrations: how many ran.
        tables: that the plugin has afterwards.
        error: why they failed; empty when they did not.
    """

    seconds: float
    migrations: int
    tables: tuple[str, ...]
    error: str = ""


def rehearse(plugin: LoadedPlugin) -> Rehearsal:
    """Run the plugin's pending migrations in an empty copy of the schema in scope; nothing of it stays.

    The plugin's own hooks are not called: they may do what cannot be taken back.
    """
    row = Activation.objects.filter(pk=plugin.slug).first()
    known = list(row.tables) if row is not None else []
    with empty_copy():
        began = time.perf_counter()
        try:
            with acting_as(plugin.slug):
                made = make_tables(
                    slug=plugin.slug,
                    labels=labels_of_plugin(plugin),
                    installed=installed_labels(plugin),
                    known=known,
                )
        except (Exception, SystemExit) as error:  # noqa: BLE001  (a plugin's migration may raise anything)
            return Rehearsal(seconds=_since(began), migrations=0, tables=(), error=_reason(error))
        return Rehearsal(seconds=_since(began), migrations=len(made.migrations), tables=made.tables)


def _since(began: float) -> float:
    return round(time.perf_counter() - began, 4)


def _reason(error: BaseException) -> str:
    if isinstance(error, MigrationEngineError):
        return str(error)
    text = str(error).splitlines()[0][:500] if str(error) else ""
    kind = "the database refused it" if isinstance(error, DatabaseError) else type(error).__name__
    return f"{kind}: {text}"
