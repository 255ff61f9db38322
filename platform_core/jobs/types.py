"""Frozen objects of the job system."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from tenants.scope import OrganizationRef

JobScope = Literal["organization", "global"]
JobFunction = Callable[..., Any]

# Highest priority first.
QUEUES: Final = ("critical", "high", "default", "low")
QUEUE_TIMEOUTS: Final = {"critical": 180, "high": 180, "default": 180, "low": 36_000}


@dataclass(frozen=True, slots=True, kw_only=True)
class JobDefinition:
    """A function that may run as a job.

    Attributes:
        path: `module.function`, which is stored in the row and looked up in the registry, never imported.
        function: called with a `JobContext`, then the arguments of the row.
        queue: where it goes unless the caller says otherwise.
        timeout_seconds: longest run of one attempt.
        max_attempts: attempts at most, crashes included.
        scope: whether it runs inside an organization or without one.
        plugin: slug of the plugin whose job this is; empty for the core.
    """

    path: str
    function: JobFunction
    queue: str
    timeout_seconds: int
    max_attempts: int
    scope: JobScope
    plugin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobAddress:
    """Where a job row lies: in an organization's schema, or in `public` when `organization` is None."""

    organization: OrganizationRef | None
    id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A job that a worker owns for the time of its lease.

    `worker` and `attempt` together are the fencing token: every later write names them, so that a worker that has lost
    its lease cannot touch what the next one does. `member` is who caused the job, and sees its progress.
    """

    address: JobAddress
    function: str
    args: list[Any]
    kwargs: dict[str, Any]
    queue: str
    plugin: str
    attempt: int
    max_attempts: int
    timeout_seconds: int
    worker: str
    every_seconds: int | None = None
    member: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobState:
    """What a job's row says now.

    Attributes:
        status: queued, running, completed, failed or canceled; a scheduled job is queued again after each run.
        progress_done: units of work finished.
        progress_total: units of work in all, once known.
        result: what the last run returned.
        error: why the last run failed; empty when it did not.
        run_after: when it is due (UTC).
        finished_at: end of the last run (UTC).
    """

    id: UUID
    status: str
    progress_done: int
    progress_total: int | None
    result: Any
    error: str
    attempts: int
    run_after: datetime
    started_at: datetime | None
    finished_at: datetime | None
