"""What register hooks return about machines: models that learn, stores of objects; and entries of a menu.

Frozen and free of Django. A key is a name within a plugin; the core addresses a registration as `slug.key`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, BinaryIO, Final, Literal, Protocol, get_args

from platform_core.plugins.types import Json, TaxonomyRef
from tenants.scope import OrganizationRef

MLCapability = Literal["predict", "train", "interactive"]
StorageCapability = Literal["read", "write", "delete", "link"]
STORAGE_METHODS: Final[Mapping[StorageCapability, tuple[str, ...]]] = {
    "read": ("list", "read"),
    "write": ("write",),
    "delete": ("delete",),
    "link": ("link",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MLTask:
    """One task that a model is asked about, or learns from.

    Attributes:
        id: of the task.
        data: its data.
        result: what a person said about it, to learn from; what a person has said so far, when asked interactively.
    """

    id: int
    data: Json
    result: list[Json] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class MLContext:
    """Where a model works.

    Attributes:
        organization: whose.
        project_id: the project.
        parsed: the `parsed_label_config` structure of the project.
        options: what the backend's `options_schema` describes, checked.
        bindings: control name to the taxonomy that it names.
        artifact: what `train` returned before, of this backend in this project; None when it has not learned yet.
        version: of that artifact, or the backend's own.
    """

    organization: OrganizationRef
    project_id: int
    parsed: Mapping[str, Any]
    options: Json = field(default_factory=dict)
    bindings: Mapping[str, TaxonomyRef] = field(default_factory=dict)
    artifact: bytes | None = None
    version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MLPrediction:
    """What a model says about one task.

    Attributes:
        task_id: the task.
        result: regions, as in an annotation; checked against the label config before they are stored.
        score: from 0 to 1; None when the model gives none.
    """

    task_id: int
    result: list[Json]
    score: float | None = None

    def __post_init__(self) -> None:
        # Written so that NaN is refused as well.
        if self.score is not None and not 0 <= self.score <= 1:
            raise ValueError(f"the score of task {self.task_id} is from 0 to 1, not {self.score!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class MLTraining:
    """What a model has learned.

    Attributes:
        version: name of this state, different for each training.
        artifact: the state itself, in a format that can be read without running code; never a pickle.
        metrics: name to number, for people; measured on tasks that it has not learned from.
        examples: tasks it has learned from.
    """

    version: str
    artifact: bytes
    metrics: Mapping[str, float] = field(default_factory=dict)
    examples: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MLBackendSpec:
    """A model that works in the platform's own processes.

    Attributes:
        key: name within the plugin.
        title: for people.
        description: one sentence for people: what it does and what it needs.
        predict: answers for a batch of tasks, at most one prediction a task; a task it cannot say anything about is
            left out. Asked interactively, the tasks carry what the person has drawn so far.
        train: learns from annotated tasks, read once, as a stream; None when it cannot.
        interactive: it is quick enough to be asked while a person works.
        options_schema: JSON Schema (2020-12, an object) of what can be set for it.
        batch_size: tasks that one call of `predict` takes at most.
        suits: says whether a project with this `parsed_label_config` has what it answers; None: any project has.
    """

    key: str
    title: str
    description: str
    predict: Callable[[MLContext, Sequence[MLTask]], Sequence[MLPrediction]]
    train: Callable[[MLContext, Iterable[MLTask]], MLTraining] | None = None
    interactive: bool = False
    options_schema: Json = field(default_factory=lambda: {"type": "object", "additionalProperties": False})
    batch_size: int = 100
    suits: Callable[[Mapping[str, Any]], bool] | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.batch_size <= 10_000:
            raise ValueError(f"backend {self.key!r}: batch_size is from 1 to 10000, not {self.batch_size!r}")
        _check_schema(self.key, self.options_schema)

    @property
    def capabilities(self) -> frozenset[MLCapability]:
        """Return what it can do."""
        can: set[MLCapability] = {"predict"}
        if self.train is not None:
            can.add("train")
        if self.interactive:
            can.add("interactive")
        return frozenset(can)


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageContext:
    """Which store is opened.

    Attributes:
        organization: whose.
        options: what the backend's `options_schema` describes, checked; secrets among them are open.
    """

    organization: OrganizationRef
    options: Json


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredObject:
    """One object of a store.

    Attributes:
        key: its name, unique in the store.
        size: bytes.
        etag: changes when the content does.
        modified_at: time-zone aware.
    """

    key: str
    size: int
    etag: str
    modified_at: datetime


class Storage(Protocol):
    """An opened store. It offers the methods of the capabilities that its backend names, and `check`.

    Every method raises `BackendError` for what a person can put right.
    """

    def check(self) -> None:
        """Say whether the store can be reached and used with these options: return, or raise."""

    def list(self, prefix: str, after: str, limit: int) -> Sequence[StoredObject]:
        """Return the next objects whose key begins with `prefix` and lies beyond `after`, in order of keys."""

    def read(self, key: str, start: int, length: int) -> bytes:
        """Return `length` bytes from `start` on, fewer at the end of the object."""

    def write(self, key: str, content: BinaryIO) -> StoredObject:
        """Make the object, or replace it as a whole: never half of it is seen."""

    def delete(self, key: str) -> None:
        """Delete the object; nothing happens where there is none."""

    def link(self, key: str, seconds: int) -> str:
        """Return an URL that reads the object for so many seconds, without a credential."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageBackendSpec:
    """A kind of store that tasks can come from and annotations can go to.

    Attributes:
        key: name within the plugin.
        title: for people.
        description: one sentence for people.
        open: returns the store that the options name; cheap, and without a call outside.
        capabilities: which methods the store has.
        options_schema: JSON Schema (2020-12, an object) of what must be known to open a store; secrets are marked
            `"writeOnly": true`.
    """

    key: str
    title: str
    description: str
    open: Callable[[StorageContext], Any]
    capabilities: frozenset[StorageCapability]
    options_schema: Json

    def __post_init__(self) -> None:
        unknown = sorted(set(self.capabilities) - set(get_args(StorageCapability)))
        if unknown or not self.capabilities:
            known = ", ".join(get_args(StorageCapability))
            raise ValueError(f"storage {self.key!r}: capabilities are some of {known}, not {unknown or 'none'}")
        _check_schema(self.key, self.options_schema)


@dataclass(frozen=True, slots=True, kw_only=True)
class NavigationItem:
    """An entry of the menu of the organizations that have the plugin enabled; `GET /api/navigation/` lists them.

    Attributes:
        key: name within the plugin.
        title: for people.
        path: where it leads, below the plugin's pages: `notes/` of the plugin `quality` is `/quality/notes/`.
        permission: codename without which a member does not see it.
        order: place in the menu, low first.
    """

    key: str
    title: str
    path: str
    permission: str
    order: int = 100

    def __post_init__(self) -> None:
        parts = self.path.split("/")
        if self.path.startswith("/") or ".." in parts or any(mark in self.path for mark in ":?#\\ "):
            raise ValueError(f"item {self.key!r}: {self.path!r} is no relative path; write it as in 'notes/'")


def _check_schema(key: str, schema: Json) -> None:
    if schema.get("type") != "object":
        raise ValueError(f'backend {key!r}: options_schema must describe an object: {{"type": "object", ...}}')
