"""Pages of projects and single projects as raw JSON: one statement each, whatever the page holds."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Literal

from django.db import connection

from platform_core.api.errors import NotFoundError, ValidationFailedError
from platform_core.members.avatar_paths import avatar_sql
from platform_core.members.principal import Principal
from platform_core.projects.managers import COUNTERS
from platform_core.projects.queries.json_sql import JOINS, counter_columns, project_columns
from platform_core.projects.queries.visible import visibility, visible_project_condition
from tenants.scope import current_organization

Shape = Literal["project", "counts"]
MAX_IDS: Final = 1000
BIG: Final = 2**63 - 1
_ORDERINGS: Final = {
    **{name: f"p.{name}" for name in ("id", "title", "created_at", "updated_at", "pinned_at")},
    **{name: f"c.{name}" for name in COUNTERS},
}
# Label Studio's order: pinned projects first, the latest pin on top, then the newest project.
_DEFAULT_ORDER: Final = "p.pinned_at DESC NULLS LAST, p.id DESC"
_VISIBLE: Final = visible_project_condition("p.id")
_PINS: Final = {"all": "", "pinned_only": " AND p.pinned_at IS NOT NULL", "exclude_pinned": " AND p.pinned_at IS NULL"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectFilter:
    """What a list of projects is cut by and ordered by.

    Attributes:
        ids: None = any; unknown and invisible ones are passed over.
        title, search: parts of the title, of title or description, in any case of letters; empty = any.
        pins: which projects by their pin.
        order: a list of ORDER BY expressions, made by `order_by`.
        counters: those to show; the others are null.
    """

    ids: tuple[int, ...] | None = None
    title: str = ""
    search: str = ""
    pins: str = "all"
    order: str = _DEFAULT_ORDER
    counters: tuple[str, ...] = COUNTERS


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectPage:
    """A page: serialized objects, joined by commas, and how many there are on all pages."""

    content: bytes
    count: int


def order_by(text: str | None) -> str:
    """Return the ORDER BY expressions of a list from its query parameter, such as `-task_number,title`.

    Raises:
        ValidationFailedError: it names a field that lists cannot be ordered by.
    """
    names = [part.strip() for part in (text or "").split(",") if part.strip()]
    unknown = sorted({name.removeprefix("-")[:64] for name in names} - set(_ORDERINGS))
    if unknown:
        known = ", ".join(sorted(_ORDERINGS))
        message = f"Cannot order by {', '.join(unknown)}; one of {known}."
        raise ValidationFailedError(validation_errors={"ordering": [message]})
    if not names:
        return _DEFAULT_ORDER
    parts = [
        f"{_ORDERINGS[name.removeprefix('-')]} {'DESC' if name.startswith('-') else 'ASC'} NULLS LAST"
        for name in dict.fromkeys(names)
    ]
    return ", ".join([*parts, "p.id DESC"])


def project_page(principal: Principal, wanted: ProjectFilter, *, shape: Shape, start: int, size: int) -> ProjectPage:
    """Return `size` projects from position `start` on, in one statement; none past the end."""
    arguments = {**visibility(principal), "organization": current_organization().id, "start": start, "size": size}
    conditions = _conditions(wanted, arguments)
    statement = _page_statement(shape, conditions, wanted.order, wanted.counters)
    with connection.cursor() as cursor:
        cursor.execute(statement, arguments)
        count, content = cursor.fetchone()
    return ProjectPage(content=(content or "").encode(), count=count)


def _conditions(wanted: ProjectFilter, arguments: dict[str, Any]) -> str:
    """Return the WHERE expression; values go to `arguments`."""
    condition = _VISIBLE + _PINS[wanted.pins]
    if wanted.ids is not None:
        arguments["ids"] = [number for number in wanted.ids[:MAX_IDS] if number <= BIG]
        condition += " AND p.id = ANY(%(ids)s::bigint[])"
    if wanted.title:
        arguments["title"] = _pattern(wanted.title)
        condition += " AND p.title ILIKE %(title)s"
    if wanted.search:
        arguments["search"] = _pattern(wanted.search)
        condition += " AND (p.title ILIKE %(search)s OR p.description ILIKE %(search)s)"
    return condition


def _pattern(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


@lru_cache(maxsize=256)
def _page_statement(shape: Shape, conditions: str, order: str, counters: tuple[str, ...]) -> str:
    columns = project_columns(counters) if shape == "project" else counter_columns(counters)
    return f"""
        WITH found AS MATERIALIZED (
            SELECT p.id, row_number() OVER (ORDER BY {order}) AS place
            FROM projects_project p JOIN projects_projectcounters c ON c.project_id = p.id WHERE {conditions}),
        page AS (SELECT id, place FROM found ORDER BY place OFFSET %(start)s LIMIT %(size)s)
        SELECT (SELECT count(*) FROM found),
               (SELECT string_agg(row_to_json(o)::text, ',' ORDER BY page.place)
                FROM page CROSS JOIN LATERAL (SELECT {columns} FROM {JOINS} WHERE p.id = page.id) o)"""


# The second column is the version: whole microseconds of the last change.
_ONE: Final = f"""
    SELECT row_to_json(o)::text,
           (SELECT (extract(epoch FROM v.updated_at) * 1000000)::bigint FROM projects_project v WHERE v.id = %(id)s)
    FROM (SELECT {{columns}} FROM {JOINS} WHERE p.id = %(id)s AND {_VISIBLE}) o"""
_MEMBERS: Final = f"""
    COALESCE((SELECT json_agg(row_to_json(s)) FROM (
        SELECT mm.id, mm.email, mm.first_name, mm.last_name, {avatar_sql("mm")} AS avatar, mm.role
        FROM projects_projectmembership pp
        JOIN members_member mm ON mm.id = pp.member_id AND mm.removed_at IS NULL
        WHERE pp.project_id = p.id ORDER BY mm.id LIMIT %(members)s) s), '[]'::json) AS members,
    (SELECT count(*) FROM projects_projectmembership pp
     JOIN members_member mm ON mm.id = pp.member_id AND mm.removed_at IS NULL
     WHERE pp.project_id = p.id) AS members_count"""


def project_json(principal: Principal, project_id: int, *, members_limit: int | None = None) -> tuple[bytes, int]:
    """Return one project and the version of its settings, in one statement.

    Args:
        members_limit: with it come `members` (at most so many of those with access of their own) and `members_count`.

    Raises:
        NotFoundError: it does not exist, or the member may not see it.
    """
    columns = project_columns() if members_limit is None else f"{project_columns()}, {_MEMBERS}"
    arguments = {
        **visibility(principal),
        "organization": current_organization().id,
        "id": project_id,
        "members": members_limit,
    }
    with connection.cursor() as cursor:
        cursor.execute(_ONE.format(columns=columns), arguments)
        row = cursor.fetchone()
    if row is None:
        raise NotFoundError(f"There is no project {project_id}.")
    return row[0].encode(), row[1]
