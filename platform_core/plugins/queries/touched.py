"""Which tables the statements of a plan touch, and how many rows are in them here."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection

from tenants import ddl

# As Django's schema editor writes them: names in double quotes, one statement an element.
_TABLE = r'"(?P<table>[^"]+)"'
_KINDS = (
    ("created", re.compile(rf"\s*CREATE TABLE (?:IF NOT EXISTS )?{_TABLE}", re.IGNORECASE)),
    ("dropped", re.compile(rf"\s*DROP TABLE (?:IF EXISTS )?{_TABLE}", re.IGNORECASE)),
    ("altered", re.compile(rf"\s*ALTER TABLE (?:ONLY )?{_TABLE}", re.IGNORECASE)),
    ("altered", re.compile(rf"\s*CREATE (?:UNIQUE )?INDEX .*? ON {_TABLE}", re.IGNORECASE | re.DOTALL)),
    ("altered", re.compile(rf"\s*(?:UPDATE|INSERT INTO|DELETE FROM) {_TABLE}", re.IGNORECASE)),
)
_REFERENCE = re.compile(rf"\bREFERENCES {_TABLE}", re.IGNORECASE)
_RANK = ("created", "dropped", "altered", "referenced")
PYTHON_MARK = "THIS OPERATION CANNOT BE WRITTEN AS SQL"


@dataclass(frozen=True, slots=True, kw_only=True)
class TouchedTable:
    """A table that a plan touches.

    Attributes:
        action: created, dropped, altered (its rows may be rewritten or locked) or referenced (locked for a moment).
        rows: that are in it here now; None for a referenced table, whose rows are not read.
    """

    table: str
    action: str
    rows: int | None


def touched_tables(statements: Iterable[str]) -> list[TouchedTable]:
    """Return the tables of a plan, each with its strongest action: one query, none where all are new."""
    actions: dict[str, str] = {}
    for statement in statements:
        for action, table in _touches(statement):
            known = actions.get(table)
            if known is None or _RANK.index(action) < _RANK.index(known):
                actions[table] = action
    rows = count_rows(sorted(table for table, action in actions.items() if action in ("altered", "dropped")))
    return [
        TouchedTable(table=table, action=action, rows=None if action == "referenced" else rows.get(table, 0))
        for table, action in sorted(actions.items())
    ]


def _touches(statement: str) -> Iterable[tuple[str, str]]:
    # Comments stand before the statement they tell of.
    text = "\n".join(line for line in statement.splitlines() if not line.lstrip().startswith("--"))
    for action, pattern in _KINDS:
        match = pattern.match(text)
        if match is not None:
            yield action, match["table"]
    yield from (("referenced", match["table"]) for match in _REFERENCE.finditer(text))


def python_steps(statements: Iterable[str]) -> int:
    """Return how many operations of a plan are Python, whose effect no statement shows."""
    return sum(PYTHON_MARK in statement for statement in statements)


def count_rows(tables: list[str]) -> dict[str, int]:
    """Return table -> rows, of the tables that are in the current schema; counted, not estimated: one query."""
    here = set(ddl.tables_here()) if tables else set()
    present = [table for table in tables if table in here]
    if not present:
        return {}
    counts = ", ".join(f"(SELECT count(*) FROM {ddl.quoted(table)})" for table in present)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {counts}")
        return dict(zip(present, cursor.fetchone(), strict=True))
