"""Whatever is asked, the database finds the tasks that a second, slow reading of the same rules in Python finds."""

import re
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

import orjson
import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from platform_core.members.queries.acting import acting_member
from platform_core.tasks.filters import CORE_COLUMNS, read_parts
from platform_core.tasks.filters.values import OPERATORS
from platform_core.tasks.queries import filtered, zones
from platform_core.tasks.queries.found_tasks import found_tasks
from platform_core.tasks.queries.tasks import project_totals, read_cursor
from platform_core.tasks.queries.zoned import found_zones
from tenants.scope import tenant_scope
from tests.platform_core.tasks.api.conftest import Flow, choice

DATA = [
    {"s": "castle in rain", "n": 5, "d": "2026-01-05", "b": True, "l": ["a", "b"]},
    {"s": "ÉCOLE de Paris", "n": "7", "d": "2026-02-05T10:00:00Z", "b": "false", "l": ["b"], "a.b": "dotted"},
    {"s": "castle", "n": 12.5, "d": "no date", "b": False, "l": [], "a": {"b": "path"}},
    {"s": "", "n": None, "d": None, "b": None, "l": None},
    {"s": "100%_\\", "n": "many", "d": "2026-02-05T11:00:00+01:00", "b": "1", "l": "a"},
    {"s": None, "n": -3, "l": {}},
    {},
    {"s": "zebra", "n": "1e2", "d": "2025-12-31", "b": "TRUE", "l": [1, "c"]},
]
TASKS = 3 * len(DATA)
TEXTS = ("castle", "CASTLE", "école", "", "%", "\\", "zebra", "is", "dotted", "path")
PATTERNS = ("^castle$", "[0-9]+", "[Zz]e", "^$", "E.*P")
NUMBERS = (-3, 0, 1, 5, 7, 12.5, "7", "100", 2**40)
MOMENTS = ("2026-01-05", "2026-02-05T10:00:00Z", "2025-12-31T23:00:00-01:00", "2030-01-01", "1999-01-01")


class Everything:
    """A project of 24 tasks of which some have work, and its tasks as plain values."""

    def __init__(self, client, organization):
        flow = Flow(client, maximum_annotations=2)
        tasks = [{"data": {"text": str(place), **DATA[place % len(DATA)]}} for place in range(TASKS)]
        for place in (1, 2, 9, 15):
            tasks[place]["annotations"] = [{"result": choice()}] * (1 + place % 2)
        tasks[3]["predictions"] = [{"result": choice(), "score": 0.5}]
        ids = flow.imported(tasks[: TASKS // 2]) + flow.imported(tasks[TASKS // 2 :])
        flow.submit(ids[20])
        flow.skip(ids[21])
        client.delete(f"/api/tasks/{ids[4]}/")
        self.project, self.member = flow.project, client.member.id
        with tenant_scope(organization), connection.cursor() as cursor:
            names = "id, inner_id, created_at, completed_at, is_labeled, total_annotations, cancelled_annotations, data"
            cursor.execute(f"SELECT {names} FROM tasks_task WHERE project_id = %s ORDER BY id", [flow.project])
            rows = [dict(zip(names.split(", "), row, strict=True)) for row in cursor.fetchall()]
        self.rows = [{**row, "data": orjson.loads(row["data"])} for row in rows]


@pytest.fixture
def everything(alpha, alpha_client):
    return Everything(alpha_client, alpha)


# The second reading.


def stored(row, column):
    """Return (is it there, what it is)."""
    if not column.startswith("data."):
        return row[column] is not None, row[column]
    name, data = column.removeprefix("data."), row["data"]
    if name in data or "." not in name:
        return name in data, data.get(name)
    for step in name.split("."):
        if not isinstance(data, dict) or step not in data:
            return False, None
        data = data[step]
    return True, data


def typed(row, column, kind):
    """Return the value as a kind of value; None where it is none."""
    _, value = stored(row, column)
    if value is None or not column.startswith("data.") or kind == "List":
        return value
    text = value if isinstance(value, str) else orjson.dumps(value).decode()
    if kind == "String":
        return text.replace('","', '", "').replace("[1,", "[1, ")
    if kind == "Boolean":
        return {"true": True, "1": True, "false": False, "0": False}.get(text.lower())
    try:
        return Decimal(text) if kind == "Number" and isinstance(value, int | float | str) else _moment(text, kind)
    except (InvalidOperation, ValueError):
        return None


def _moment(text, kind):
    if kind != "Datetime":
        return None
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def asked(value, kind):
    if kind == "Number":
        return Decimal(str(value))
    return _moment(value, kind) if kind == "Datetime" else value


def holds(row, item):
    if "items" in item:
        found = [holds(row, member) for member in item["items"]]
        return (all if item["conjunction"] == "and" else any)(found) if found else True
    found = _condition(row, item)
    return found and holds(row, item["child_filter"]) if "child_filter" in item else found


def _condition(row, item):
    operator, kind, column = item["operator"], item["type"], item["filter"].removeprefix("filter:tasks:")
    if operator in ("exists", "not_exists"):
        return stored(row, column)[0] == (item["value"] == (operator == "exists"))
    if operator == "empty":
        return (stored(row, column)[1] in (None, "", [], {})) == item["value"]
    if operator.startswith("not_"):
        return not _positive(row, column, kind, operator.removeprefix("not_"), item["value"])
    return _positive(row, column, kind, operator, item["value"])


def _positive(row, column, kind, operator, wanted):
    value = typed(row, column, kind)
    if kind == "List":
        _, value = stored(row, column)
        return value == wanted if operator == "equal" else isinstance(value, list) and wanted in value
    if value is None:
        return False
    if operator == "in":
        low, high = (asked(bound, kind) if bound is not None else None for bound in (wanted["min"], wanted["max"]))
        return (low is None or value >= low) and (high is None or value <= high)
    if operator == "in_list":
        return value in [asked(one, kind) for one in wanted]
    if operator == "regex":
        return re.search(wanted, value) is not None
    one = asked(wanted, kind)
    return {
        "equal": lambda: value == one,
        "less": lambda: value < one,
        "greater": lambda: value > one,
        "less_or_equal": lambda: value <= one,
        "greater_or_equal": lambda: value >= one,
        "contains": lambda: one.lower() in value.lower(),
        "starts_with": lambda: value.lower().startswith(one.lower()),
        "ends_with": lambda: value.lower().endswith(one.lower()),
    }[operator]()


# What is asked.

KINDS_OF = {
    "data.s": ("String",),
    "data.a.b": ("String",),
    "data.n": ("Number", "String"),
    "data.d": ("Datetime",),
    "data.b": ("Boolean",),
    "data.l": ("List",),
    "id": ("Number",),
    "inner_id": ("Number",),
    "total_annotations": ("Number",),
    "created_at": ("Datetime",),
    "completed_at": ("Datetime",),
    "is_labeled": ("Boolean",),
}
VALUES = {
    "String": st.sampled_from(TEXTS),
    "Number": st.sampled_from(NUMBERS),
    "Datetime": st.sampled_from(MOMENTS),
    "Boolean": st.booleans(),
    "List": st.sampled_from(["a", "b", 1, ["b"], []]),
}
# How texts are ordered is the database's, so only its ends are asked for.
_SAFE_TEXTS = st.sampled_from(["", "~~~~"])


@st.composite
def conditions(draw):
    column = draw(st.sampled_from(sorted(KINDS_OF)))
    kind = draw(st.sampled_from(KINDS_OF[column]))
    operator = draw(st.sampled_from(OPERATORS[kind]))
    value = VALUES[kind]
    if operator in ("empty", "exists", "not_exists"):
        value = st.booleans()
    elif operator in ("regex", "not_regex"):
        value = st.sampled_from(PATTERNS)
    elif operator in ("in", "not_in"):
        one = _SAFE_TEXTS if kind == "String" else value
        value = st.tuples(st.none() | one, one).map(lambda pair: {"min": pair[0], "max": pair[1]})
    elif operator in ("in_list", "not_in_list"):
        value = st.lists(value, max_size=3)
    elif kind == "String" and ("less" in operator or "greater" in operator):
        value = _SAFE_TEXTS
    return {"filter": f"filter:tasks:{column}", "operator": operator, "type": kind, "value": draw(value)}


@st.composite
def items(draw, depth=3):
    if depth and draw(st.integers(0, 3)) == 0:
        return draw(groups(depth - 1))
    item = draw(conditions())
    if depth and draw(st.integers(0, 5)) == 0:
        item["child_filter"] = draw(conditions())
    return item


@st.composite
def groups(draw, depth=3):
    members = draw(st.lists(items(depth), max_size=3))
    return {"conjunction": draw(st.sampled_from(["and", "or"])), "items": members}


def ids_found(everything, parts, *, size=1000, page=1, cursor=None):
    found_tasks.clear()
    found_zones.clear()
    actor = acting_member(everything.member)
    answer = filtered.filtered_page(
        actor,
        project_id=everything.project,
        project=project_totals(actor, everything.project),
        query=read_parts(parts),
        columns=CORE_COLUMNS,
        fields="task_only",
        place=filtered.Place(page=page, page_size=size, cursor=cursor),
    )
    return [row["id"] for row in orjson.loads(b"[" + answer.page.content + b"]")], answer


COMMON = {"deadline": None, "suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]}


@settings(max_examples=60, **COMMON)
@given(group=groups())
def test_filters_find_what_python_finds_with_and_without_zones(alpha, everything, monkeypatch, group):
    wanted = [row["id"] for row in everything.rows if holds(row, group)]
    works = [row for row in everything.rows if row["id"] in set(wanted)]
    with tenant_scope(alpha):
        for small in (zones.SMALL, 0):
            with monkeypatch.context() as patch:
                patch.setattr(zones, "SMALL", small)
                patch.setattr(zones, "SIZE", 3)
                found, answer = ids_found(everything, {"filters": group})
                pages = [ids_found(everything, {"filters": group}, size=5, page=page)[0] for page in (1, 2, 3)]
                assert found == wanted
                assert answer.totals.tasks == len(wanted)
                assert answer.totals.annotations == sum(row["total_annotations"] for row in works)
                assert [one for page in pages for one in page] == wanted[:15]


@pytest.mark.parametrize("name", ["created_at", "completed_at", "id", "total_annotations"])
def test_zones_go_on_after_a_cursor_and_are_exact_at_their_bounds(alpha, everything, monkeypatch, name):
    monkeypatch.setattr(zones, "SMALL", 0)
    monkeypatch.setattr(zones, "SIZE", 3)
    kind = CORE_COLUMNS[name].kind
    with tenant_scope(alpha):
        for bound in {row[name] for row in everything.rows if row[name] is not None}:
            value = bound.isoformat() if isinstance(bound, datetime) else bound
            for operator in ("less", "less_or_equal", "greater", "greater_or_equal", "equal", "not_equal"):
                item = {"filter": f"filter:tasks:{name}", "operator": operator, "type": kind, "value": value}
                parts = {"filters": {"conjunction": "and", "items": [item]}}
                wanted = [row["id"] for row in everything.rows if holds(row, item)]
                found, cursor = [], None
                while True:
                    ids, answer = ids_found(everything, parts, size=4, cursor=cursor)
                    found += ids
                    cursor = answer.page.next_cursor
                    if cursor is None:
                        break
                    assert read_cursor(cursor, everything.project) == found[-1]
                assert found == wanted, (operator, value)
