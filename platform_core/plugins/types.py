"""Frozen objects that go into and come out of lifecycle, validate and event hooks. Free of Django.

What register hooks return lives in `platform_core.plugins.registrations`.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, get_args
from uuid import UUID

from tenants.scope import OrganizationRef

Severity = Literal["error", "warning"]
NoteLevel = Literal["info", "warn", "block"]
Json = dict[str, Any]

TAXONOMY_PATTERN = re.compile(
    r"(?P<slug>[a-z][a-z0-9_]{1,30}):(?P<key>[a-z0-9][a-z0-9_.-]*)@(?P<version>[A-Za-z0-9][A-Za-z0-9_.-]*)", re.ASCII
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxonomyRef:
    """What a control tag names in `taxonomy="library:subjects@2.1"`.

    Attributes:
        slug: of the plugin that owns the taxonomy.
        key: name of the taxonomy within that plugin.
        version: version text, compared for equality only.
    """

    slug: str
    key: str
    version: str

    @classmethod
    def parse(cls, text: str) -> "TaxonomyRef":
        """Read `slug:key@version`.

        Raises:
            ValueError: the text has another shape.
        """
        match = TAXONOMY_PATTERN.fullmatch(text)
        if match is None:
            raise ValueError(f"A taxonomy is written slug:key@version, as in library:subjects@2.1; this is {text!r}")
        return cls(**match.groupdict())

    def __str__(self) -> str:
        return f"{self.slug}:{self.key}@{self.version}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """What a validator found.

    Attributes:
        severity: `error` refuses the write, `warning` lets it pass and is reported.
        code: stable name of the rule, as in `V-EXCL`.
        message: one sentence for people: what is wrong, with what, what to do.
        region: id of the region (or its index as text); None when no single region is to blame.
        key: control or data key to blame.
        incident_id: set by the core when the validator itself failed.
    """

    severity: Severity
    code: str
    message: str
    region: str | None = None
    key: str | None = None
    incident_id: str | None = None

    def __post_init__(self) -> None:
        if self.severity not in get_args(Severity):
            raise ValueError(f"severity is 'error' or 'warning', not {self.severity!r}")
        if not self.code or not self.message:
            raise ValueError("An issue needs a code and a message")


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskIssue(Issue):
    """An issue of one task of a batch.

    Attributes:
        index: position within the batch, from 0; None when the batch as a whole is meant.
    """

    index: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanNote:
    """What a plugin says about being enabled; `block` forbids it."""

    level: NoteLevel
    message: str

    def __post_init__(self) -> None:
        if self.level not in get_args(NoteLevel):
            raise ValueError(f"level is 'info', 'warn' or 'block', not {self.level!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelConfigContext:
    """A label config that is about to be saved or is being checked.

    Attributes:
        organization: whose.
        project_id: None while the project does not exist yet.
        config: the XML text.
        parsed: the `parsed_label_config` structure: control name to its type, inputs and labels.
        bindings: control name to the taxonomy that it names.
        previous: the XML text that is replaced; None for a new project.
    """

    organization: OrganizationRef
    project_id: int | None
    config: str
    parsed: Mapping[str, Any]
    bindings: Mapping[str, TaxonomyRef] = field(default_factory=dict)
    previous: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskContext:
    """The project into which a batch of tasks goes.

    Attributes:
        organization: whose.
        project_id: the project.
        parsed: the `parsed_label_config` structure: control name to its type, inputs and labels.
        bindings: control name to the taxonomy that it names.
    """

    organization: OrganizationRef
    project_id: int
    parsed: Mapping[str, Any]
    bindings: Mapping[str, TaxonomyRef] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnotationContext:
    """The place of an annotation that is about to be written.

    Attributes:
        organization: whose.
        project_id: the project.
        task_id: the task.
        bindings: control name to the taxonomy that it names.
        previous: the result that is replaced; None for a new annotation.
        parsed: the `parsed_label_config` structure of the project.
    """

    organization: OrganizationRef
    project_id: int
    task_id: int
    bindings: Mapping[str, TaxonomyRef]
    previous: list[Json] | None = None
    parsed: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened and was committed.

    Attributes:
        id: the same at every delivery, so that handlers can be idempotent.
        type: dotted name, as in `annotation.created`.
        payload: JSON object; ids, never whole rows.
        occurred_at: time-zone aware.
    """

    id: UUID
    type: str
    payload: Mapping[str, Any]
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EventHandlerSpec:
    """Binds a callable to events.

    Attributes:
        key: name within the plugin.
        event_type: type or shell pattern, as in `annotation.*`.
        handler: called after commit, at least once, in the organization's scope, in a job.
        retries: further attempts after the first failure.
        wants: (of several types) returns those that the handler wants now, asked once for each batch of events in the
            organization's scope; nothing is kept for the others. A question that fails wants them all. None: all.
    """

    key: str
    event_type: str
    handler: Callable[[OrganizationRef, Event], None]
    retries: int = 5
    wants: Callable[[frozenset[str]], Collection[str]] | None = None
