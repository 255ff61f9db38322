"""Writes the tables of a schema as a script without any schema name, straight from the catalogue.

Names of constraints and indexes are kept, which `LIKE ... INCLUDING ALL` and django-tenants' clone do not
(reference/tenancy.md §5). One CREATE TABLE with its inline constraints, then indexes and triggers.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db import connection
from psycopg import sql

from tenants.scope import current_schema

_COLUMNS = """
    SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attgenerated,
           pg_get_expr(d.adbin, d.adrelid),
           CASE WHEN a.attcollation <> t.typcollation THEN quote_ident(k.collname) END, col_description(c.oid, a.attnum)
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    JOIN pg_type t ON t.oid = a.atttypid
    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
    LEFT JOIN pg_collation k ON k.oid = a.attcollation
    WHERE c.relnamespace = %s::regnamespace AND c.relkind = 'r' AND c.relname = ANY(%s)
    ORDER BY c.relname, a.attnum"""
_CONSTRAINTS = """
    SELECT c.relname, o.conname, f.relname, pg_get_constraintdef(o.oid)
    FROM pg_constraint o JOIN pg_class c ON c.oid = o.conrelid LEFT JOIN pg_class f ON f.oid = o.confrelid
    WHERE c.relnamespace = %s::regnamespace AND c.relname = ANY(%s) AND o.contype IN ('p', 'u', 'c', 'f', 'x')
    ORDER BY c.relname, o.contype = 'p' DESC, o.conname"""
_INDEXES = """
    SELECT pg_get_indexdef(i.indexrelid)
    FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_class x ON x.oid = i.indexrelid
    WHERE c.relnamespace = %s::regnamespace AND c.relname = ANY(%s)
      AND NOT EXISTS (SELECT FROM pg_constraint o WHERE o.conindid = i.indexrelid AND o.contype IN ('p', 'u', 'x'))
    ORDER BY c.relname, x.relname"""
_FUNCTIONS = """
    SELECT pg_get_functiondef(p.oid) FROM pg_proc p
    WHERE p.pronamespace = %s::regnamespace ORDER BY p.proname"""
_TRIGGERS = """
    SELECT pg_get_triggerdef(g.oid) FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid
    WHERE c.relnamespace = %s::regnamespace AND c.relname = ANY(%s) AND NOT g.tgisinternal
    ORDER BY c.relname, g.tgname"""
# By what depends on the schema: `pg_class` has no index by schema, and holds the tables of all organizations.
_TABLES = """
    SELECT c.relname FROM pg_depend d JOIN pg_class c ON c.oid = d.objid
    WHERE d.refclassid = 'pg_namespace'::regclass AND d.refobjid = %s::regnamespace
      AND d.classid = 'pg_class'::regclass AND c.relkind = 'r'
    ORDER BY c.relname"""


def tables_here() -> list[str]:
    """Return the names of the tables of the current schema."""
    with connection.cursor() as cursor:
        cursor.execute(_TABLES, [quoted(current_schema())])
        return [row[0] for row in cursor.fetchall()]


def dump_here(tables: Sequence[str], *, with_functions: bool) -> str:
    """Return a script that makes these tables of the current schema again in whichever schema is current then."""
    schema = current_schema()
    with connection.cursor() as cursor:
        parts = _functions(cursor, schema) if with_functions else []
        parts += _create_tables(cursor, schema, tables)
        parts += [_unqualified(row[0], schema) for row in _rows(cursor, _INDEXES, schema, tables)]
        parts += [_unqualified(row[0], schema) for row in _rows(cursor, _TRIGGERS, schema, tables)]
    return ";\n".join(parts) + ";\n" if parts else ""


def replay_here(script: str) -> None:
    """Run a script in the current schema, in one round trip. Must be inside a transaction."""
    with connection.cursor() as cursor:
        if script:
            cursor.execute(script)


def _rows(cursor: Any, query: str, schema: str, tables: Sequence[str]) -> list[tuple[Any, ...]]:
    cursor.execute(query, [quoted(schema), list(tables)])
    return list(cursor.fetchall())


def _functions(cursor: Any, schema: str) -> list[str]:
    cursor.execute(_FUNCTIONS, [quoted(schema)])
    return [_unqualified(row[0].rstrip(), schema) for row in cursor.fetchall()]


def _create_tables(cursor: Any, schema: str, tables: Sequence[str]) -> list[str]:
    lines: dict[str, list[str]] = defaultdict(list)
    comments = []
    for table, column, *rest, comment in _rows(cursor, _COLUMNS, schema, tables):
        lines[table].append(_column(column, rest))
        if comment is not None:
            comments.append(f"COMMENT ON COLUMN {quoted(table)}.{quoted(column)} IS {sql.Literal(comment).as_string()}")
    foreign: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for table, name, target, definition in _rows(cursor, _CONSTRAINTS, schema, tables):
        line = f"CONSTRAINT {quoted(name)} {definition}"
        if target is None:
            lines[table].append(line)
        else:
            foreign[table].append((target, line))
    return _in_order(lines, foreign) + comments


def _in_order(lines: dict[str, list[str]], foreign: dict[str, list[tuple[str, str]]]) -> list[str]:
    """Write referenced tables first: a foreign key inside CREATE TABLE needs no check of rows that cannot be there."""
    creates, alters = [], []
    missing = set(lines)
    for table in referenced_first({table: [target for target, _line in foreign[table]] for table in lines}):
        missing.discard(table)
        inside = [line for target, line in foreign[table] if target not in missing]
        creates.append(f"CREATE TABLE {quoted(table)} (\n  " + ",\n  ".join(lines[table] + inside) + "\n)")
        alters += [f"ALTER TABLE {quoted(table)} ADD {line}" for target, line in foreign[table] if target in missing]
    return creates + alters


def referenced_first(references: dict[str, list[str]]) -> list[str]:
    """Order tables so that each stands behind those it refers to, as far as there are no cycles."""
    ordered: list[str] = []
    seen: set[str] = set()

    def visit(table: str) -> None:
        if table in seen or table not in references:
            return
        seen.add(table)
        for target in references[table]:
            visit(target)
        ordered.append(table)

    for table in references:
        visit(table)
    return ordered


def _column(name: str, facts: Sequence[Any]) -> str:
    kind, not_null, identity, generated, default, collation = facts
    text = f"{quoted(name)} {kind}"
    if collation:
        text += f" COLLATE {collation}"
    if identity:
        text += f" GENERATED {'ALWAYS' if identity == 'a' else 'BY DEFAULT'} AS IDENTITY"
    elif generated:
        text += f" GENERATED ALWAYS AS ({default}) {'STORED' if generated == 's' else 'VIRTUAL'}"
    elif default is not None:
        text += f" DEFAULT {default}"
    return text + (" NOT NULL" if not_null else "")


def quoted(name: str) -> str:
    """Return a quoted identifier."""
    return sql.Identifier(name).as_string()


def _unqualified(definition: str, schema: str) -> str:
    """Take the schema's name out of a definition; schema names are opaque and occur nowhere else in it."""
    return definition.replace(f"{schema}.", "").replace(f"{quoted(schema)}.", "")
