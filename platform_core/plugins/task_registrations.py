"""What plugins add to lists of tasks: columns, actions, and stored queries. Frozen and free of Django."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from platform_core.members.principal import Principal
from platform_core.plugins.types import Json
from tenants.scope import OrganizationRef

ColumnKind = Literal["Number", "Datetime", "String", "Boolean"]
Aggregate = Literal["count", "min", "max", "sum", "any"]
FixedValue = str | int | bool | None

_IDENTIFIER = re.compile(r"[a-z_][a-z0-9_]{0,62}", re.ASCII)
_FIXED_TEXT = re.compile(r"[A-Za-z0-9_.: -]{0,64}", re.ASCII)
KIND_OF_AGGREGATE: Mapping[Aggregate, tuple[ColumnKind, ...]] = {
    "count": ("Number",),
    "sum": ("Number",),
    "any": ("Boolean",),
    "min": get_args(ColumnKind)[:3],
    "max": get_args(ColumnKind)[:3],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskColumnSpec:
    """A column of task lists that a plugin's own table gives; filters and orders name it `slug.key`.

    It is a declaration and no SQL, so that a plugin cannot reach beyond its table.

    Attributes:
        key: name within the plugin.
        title: for people.
        kind: how its values compare: `Number` with `count` and `sum`, `Boolean` with `any`.
        table: one of the plugin's tables.
        aggregate: of the rows about a task; `any` says whether there is one.
        value: the table's column that is aggregated; not needed for `count` and `any`.
        task: the table's column that holds the task's id.
        where: column to the value that rows must have.
    """

    key: str
    title: str
    kind: ColumnKind
    table: str
    aggregate: Aggregate
    value: str | None = None
    task: str = "task_id"
    where: Mapping[str, FixedValue] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.aggregate not in KIND_OF_AGGREGATE or self.kind not in KIND_OF_AGGREGATE[self.aggregate]:
            raise ValueError(f"column {self.key!r}: {self.aggregate!r} does not give {self.kind!r}")
        if (self.value is None) is (self.aggregate not in ("count", "any")):
            raise ValueError(f"column {self.key!r}: 'value' is for min, max and sum")
        names = [self.table, self.task, *self.where, *([self.value] if self.value else [])]
        wrong = [name for name in names if not _IDENTIFIER.fullmatch(name)]
        texts = [text for text in self.where.values() if isinstance(text, str) and not _FIXED_TEXT.fullmatch(text)]
        if wrong or texts:
            raise ValueError(f"column {self.key!r}: {(wrong + texts)[0]!r} is not a plain name")


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskActionCall:
    """What an action works on. It is called inside a transaction and inside the organization's scope.

    Attributes:
        organization: whose.
        project_id: a project that the actor may see.
        task_ids: tasks of that project, in order of ids: all of the selection where it is small or the action is
            `whole`, else a part; the parts follow each other, each in a transaction of its own.
        parameters: what the form asked for.
        actor: who acts; has the permissions that the action names.
    """

    organization: OrganizationRef
    project_id: int
    task_ids: tuple[int, ...]
    parameters: Json
    actor: Principal


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskActionResult:
    """What an action did.

    Attributes:
        processed: objects changed, of the kind that the action is about.
        detail: one sentence for people; the parts of a large selection share the last one.
    """

    processed: int
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskActionField:
    """One field of an action's form.

    Attributes:
        name: key in the parameters.
        label: for people.
        type: of the input.
        options: what may be chosen; only with `select`.
    """

    name: str
    label: str
    type: Literal["input", "number", "select"] = "input"
    options: tuple[str, ...] = ()
    required: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskActionSpec:
    """Something that can be done to the tasks of a selection.

    Attributes:
        key: name within the plugin.
        title: for people.
        order: place in the menu, low first.
        permissions: codenames that the actor needs, all of them; at least one.
        question: what the confirmation asks.
        run: does it; raises `TenonError` for what the user can put right.
        count: how many objects `run` would change; None means the tasks of the selection.
        fields: of the form.
        whole: it must see the selection as one, whatever its size.
        experimental: shown as such.
    """

    key: str
    title: str
    order: int
    permissions: tuple[str, ...]
    question: str
    run: Callable[[TaskActionCall], TaskActionResult]
    count: Callable[[TaskActionCall], int] | None = None
    fields: tuple[TaskActionField, ...] = ()
    whole: bool = False
    experimental: bool = False

    def __post_init__(self) -> None:
        if not self.permissions:
            raise ValueError(f"action {self.key!r} names no permission")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredTaskQuery:
    """A query that a plugin keeps.

    Attributes:
        project_id: of which project; the core checks that the asking member may see it.
        parts: `filters`, `ordering` and `selectedItems`, as clients write them; the core checks them like any input.
    """

    project_id: int
    parts: Json


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskQuerySourceSpec:
    """Where lists of tasks find queries by number.

    Attributes:
        key: the query parameter that carries the number, as `view` in `GET /api/tasks/?view=5`.
        find: returns the query with this number, or None.
    """

    key: str
    find: Callable[[int], StoredTaskQuery | None]
