"""Which stored results use given controls, labels and objects: one pass a table, in the database, bounded in time."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any, Final

import orjson
from django.apps import apps
from django.db import OperationalError, connection, transaction
from psycopg.errors import QueryCanceled

from platform_core.api.errors import ValidationFailedError

MAX_SECONDS: Final = 20
SHOWN_IDS: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """Uses of one control to look for.

    Attributes:
        name: of the control.
        pattern: of the names of its copies, for a control inside a Repeater; a POSIX regular expression.
        gone: any use of it counts.
        tree: labels are paths, written as `a / b`.
        labels: uses of these labels count.
        targets: uses on these objects count.
    """

    name: str
    pattern: str | None = None
    gone: bool = False
    tree: bool = False
    labels: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What was found.

    Attributes:
        where: annotations, predictions or what else holds results.
        label, target: None where the control as a whole is meant.
        count: rows that hold at least one such region.
        ids: the first ten of them.
    """

    where: str
    control: str
    label: str | None
    target: str | None
    count: int
    ids: tuple[int, ...]


_REGIONS: Final = """
    CROSS JOIN LATERAL jsonb_array_elements(
        CASE WHEN jsonb_typeof(h.result) = 'array' THEN h.result ELSE '[]'::jsonb END) region"""
# The labels of a region lie under its type; those of shapes that a generic Labels control names, under `labels`.
_LABELS: Final = """
    SELECT CASE WHEN jsonb_typeof(item) <> 'array' THEN item #>> '{}'
                WHEN w.tree THEN (SELECT string_agg(step, ' / ' ORDER BY place)
                                  FROM jsonb_array_elements_text(item) WITH ORDINALITY AS steps(step, place))
                ELSE item->>-1 END AS label
    FROM unnest(ARRAY[region->>'type', 'labels']) key
    CROSS JOIN LATERAL jsonb_array_elements(
        CASE WHEN jsonb_typeof(region->'value'->key) = 'array' THEN region->'value'->key ELSE '[]'::jsonb END) item"""
_USES: Final = f"""
    SELECT w.name, found.label, found.target, count(DISTINCT h.id),
           (array_agg(DISTINCT h.id ORDER BY h.id))[1:{SHOWN_IDS}]
    FROM {{table}} h {_REGIONS}
    JOIN jsonb_to_recordset(%(watched)s::jsonb)
         AS w(name text, pattern text, gone boolean, tree boolean, labels text[], targets text[])
         ON region->>'from_name' = w.name OR region->>'from_name' ~ w.pattern
    CROSS JOIN LATERAL (
        SELECT NULL::text AS label, NULL::text AS target WHERE w.gone
        UNION ALL SELECT NULL, region->>'to_name' WHERE region->>'to_name' = ANY(w.targets)
        UNION ALL SELECT l.label, NULL FROM ({_LABELS}) l WHERE l.label = ANY(w.labels)) found
    WHERE h.project_id = %(project)s AND (%(shapes)s::jsonb[] IS NULL OR h.result @> ANY(%(shapes)s::jsonb[]))
    GROUP BY 1, 2, 3 ORDER BY 1, 2, 3 LIMIT 1000"""
_NAMES: Final = f"""
    SELECT DISTINCT region->>'from_name' FROM {{table}} h {_REGIONS}
    WHERE h.project_id = %(project)s AND region->>'from_name' IS NOT NULL LIMIT 1000"""


def uses_of(watched: Sequence[Watched], *, project_id: int) -> list[Usage]:
    """Return what of this is in use in the project, in whatever holds results.

    Raises:
        ValidationFailedError: the project has so many results that the database could not tell in time.
    """
    if not watched:
        return []
    # A containment test is cheaper than taking a result apart; of copies in a Repeater the names are not known.
    shapes = [orjson.dumps([{"from_name": item.name}]).decode() for item in watched]
    arguments: dict[str, Any] = {
        "project": project_id,
        "watched": orjson.dumps([asdict(item) for item in watched]).decode(),
        "shapes": None if any(item.pattern for item in watched) else shapes,
    }
    found = []
    with _bounded(), connection.cursor() as cursor:
        for where, table in holders_of_results():
            cursor.execute(_USES.replace("{table}", table), arguments)
            for control, label, target, count, ids in cursor.fetchall():
                found.append(
                    Usage(where=where, control=control, label=label, target=target, count=count, ids=tuple(ids))
                )
    return found


def control_names_in_use(project_id: int) -> set[str]:
    """Return the names of controls that stored results carry, at most 1,000 of each table; raises as `uses_of`."""
    names: set[str] = set()
    with _bounded(), connection.cursor() as cursor:
        for _, table in holders_of_results():
            cursor.execute(_NAMES.replace("{table}", table), {"project": project_id})
            names.update(name for (name,) in cursor.fetchall())
    return names


def holders_of_results() -> list[tuple[str, str]]:
    """Return the plural name and the table of every kind of row of the tasks app that holds a result of a project."""
    return sorted(
        (str(model._meta.verbose_name_plural), model._meta.db_table)
        for model in apps.get_app_config("tasks").get_models()
        if {"project", "result"} <= {field.name for field in model._meta.get_fields()}
    )


@contextmanager
def _bounded() -> Iterator[None]:
    """Give the statements inside a time limit of their own."""
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT current_setting('statement_timeout')")
                before = cursor.fetchone()[0]
                cursor.execute("SELECT set_config('statement_timeout', %s, true)", [f"{MAX_SECONDS}s"])
            yield
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('statement_timeout', %s, true)", [before])
    except OperationalError as error:
        if not isinstance(error.__cause__, QueryCanceled):
            raise
        message = f"Whether existing work fits this label config could not be told within {MAX_SECONDS} seconds."
        raise ValidationFailedError(validation_errors={"label_config": [message]}) from error
