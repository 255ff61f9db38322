"""Running a claimed job inside its organization, and writing how it ended."""

import contextlib
import json
import logging
import uuid
from typing import Any, Final

from django.db import connections, transaction
from psycopg.pq import TransactionStatus

from platform_core.api.errors import TenonError
from platform_core.jobs.claims import Outcome, claim, retry_delay_seconds, settle
from platform_core.jobs.errors import JobCanceled, JobInterruption, JobTimedOut, LeaseLost, WorkerStopping
from platform_core.jobs.heartbeat import Heartbeat, Progress, StopRequest
from platform_core.jobs.registry import find_definition
from platform_core.jobs.scoping import scope_of
from platform_core.jobs.types import QUEUES, Claim, JobAddress, JobDefinition
from platform_core.plugins.acting import acting_as
from platform_core.plugins.models import Activation, ActivationState
from tenants.models import Organization, OrganizationStatus
from tenants.scope import OrganizationRef, public_scope

MAX_RESULT_BYTES: Final = 1_048_576
logger = logging.getLogger(__name__)


class JobContext:
    """What a job's function gets first: who it is, and how to show progress and to notice a cancel request."""

    def __init__(self, owned: Claim, progress: Progress) -> None:
        self.job_id = owned.address.id
        self.organization = owned.address.organization
        self.attempt = owned.attempt
        self._progress = progress

    def progress(self, done: int, total: int | None = None) -> None:
        """Show how far the job is; cheap, written at most four times a second, visible before the job commits.

        Raises:
            JobCanceled: somebody canceled the job. Let it pass: what is not committed is rolled back.
        """
        self._progress.done = done
        if total is not None:
            self._progress.total = total
        self.check()

    def check(self) -> None:
        """Raise JobCanceled if somebody canceled the job. Call it between steps."""
        if self._progress.cancel_requested:
            raise JobCanceled


def is_active(organization: OrganizationRef) -> bool:
    """Say whether jobs of the organization may run; those of one that is being deleted wait for its return."""
    with public_scope():
        return Organization.objects.filter(pk=organization.id, status=OrganizationStatus.ACTIVE).exists()


def enabled_plugins() -> frozenset[str]:
    """Return the slugs enabled in the organization in scope."""
    return frozenset(Activation.objects.filter(state=ActivationState.ENABLED).values_list("slug", flat=True))


def run_one(
    organization: OrganizationRef | None,
    *,
    worker: str,
    queues: tuple[str, ...] = QUEUES,
    job_id: uuid.UUID | None = None,
    stop: StopRequest | None = None,
) -> Claim | None:
    """Claim one due job and run it; None when there is none.

    Args:
        worker: name that the lease carries, unique among running workers.
        stop: request of the worker process to leave; None when this process is none.
    """
    owned = claim(organization, worker=worker, queues=queues, job_id=job_id)
    if owned is not None:
        execute(owned, stop=stop)
    return owned


def execute(owned: Claim, *, stop: StopRequest | None) -> None:
    """Run a claimed job to its outcome. Never raises for the job's own faults; leaves no scope and no connection."""
    try:
        with scope_of(owned.address.organization):
            outcome = _refusal(owned) or _attempt(owned, stop)
            if outcome is not None:
                _settle(owned, outcome)
    finally:
        connections.close_all()


def execute_in_caller(owned: Claim) -> None:
    """Run a claimed job on the caller's connection and inside its transaction, without lease or limits: for tests."""
    with scope_of(owned.address.organization):
        outcome = _refusal(owned)
        if outcome is None:
            mark = transaction.savepoint() if transaction.get_connection().in_atomic_block else None
            try:
                outcome = Outcome(status="completed", result=_call(owned, Progress()))
            except (Exception, JobCanceled) as error:  # noqa: BLE001  (a job may raise anything)
                _mend(mark)
                outcome = _outcome_of(owned, error)
        _settle(owned, outcome)


def _mend(mark: str | None) -> None:
    """Make the caller's transaction usable again. As in a worker, what a failed job has finished writing stays."""
    wrapper = transaction.get_connection()
    if mark is not None and wrapper.connection.info.transaction_status == TransactionStatus.INERROR:
        transaction.savepoint_rollback(mark)
        wrapper.set_rollback(False)


def _refusal(owned: Claim) -> Outcome | None:
    definition = find_definition(owned.function)
    if definition is None or definition.scope != _scope_name(owned.address):
        logger.error("Job %s names %r, which is no registered job here", owned.address.id, owned.function)
        return Outcome(status="failed", error="This job is unknown to the installed version.")
    plugin = owned.plugin or definition.plugin
    if plugin and (owned.address.organization is None or plugin not in enabled_plugins()):
        if owned.every_seconds is not None:
            # A schedule outlives the time in which its plugin is off.
            return Outcome(status="queued", delay_seconds=owned.every_seconds, counts=False)
        return Outcome(status="canceled", error=f'The plugin "{plugin}" is not enabled.')
    return None


def _scope_name(address: JobAddress) -> str:
    return "organization" if address.organization is not None else "global"


def _attempt(owned: Claim, stop: StopRequest | None) -> Outcome | None:
    """Return the outcome, or None when the lease was lost and there is nothing to write."""
    progress = Progress()

    def give_up(reason: JobInterruption) -> None:
        _settle(owned, _outcome_of(owned, reason))

    heartbeat = Heartbeat(owned, progress, stop=stop, on_stuck=give_up)
    with heartbeat:
        try:
            try:
                result = _call(owned, progress)
                heartbeat.finish()
                outcome = Outcome(status="completed", result=result)
            except Exception as error:  # noqa: BLE001  (a job may raise anything)
                heartbeat.finish()
                outcome = _outcome_of(owned, heartbeat.reason or error)
        except (JobInterruption, SystemExit) as interruption:
            heartbeat.finish()
            _replace_connection()
            outcome = _outcome_of(owned, heartbeat.reason or interruption)
    lost = isinstance(heartbeat.reason, LeaseLost)
    return None if lost else outcome


def _replace_connection() -> None:
    """Drop this thread's connection: the interruption may have come in the middle of any of its methods."""
    connection = connections["default"]
    if connection.connection is not None:
        with contextlib.suppress(Exception):
            connection.connection.close()
        with contextlib.suppress(Exception):
            # Gives the closed connection back to the pool, whatever state Django thinks it is in.
            connection._close()  # type: ignore[attr-defined]  # noqa: SLF001
    del connections["default"]


def _call(owned: Claim, progress: Progress) -> Any:
    definition: JobDefinition | None = find_definition(owned.function)
    assert definition is not None, "refused before"
    with acting_as(owned.plugin or definition.plugin or ""):
        result = definition.function(JobContext(owned, progress), *owned.args, **owned.kwargs)
    if len(json.dumps(result, allow_nan=False)) > MAX_RESULT_BYTES:
        raise ValueError("The result of a job is small: store data and return ids")
    return result


def _outcome_of(owned: Claim, error: BaseException) -> Outcome:
    if isinstance(error, JobCanceled):
        return Outcome(status="canceled", error="Canceled.")
    if isinstance(error, WorkerStopping):
        return Outcome(status="queued", counts=False)
    if isinstance(error, TenonError) and error.status_code < 500:
        # The job found its input wrong: another attempt would find the same.
        facts = {"code": error.code, "data": error.data, "validation_errors": error.validation_errors}
        return Outcome(status="failed", error=error.detail, result={"error": facts})
    if isinstance(error, JobTimedOut):
        text = f"It took longer than {owned.timeout_seconds} s."
        logger.error("Job %s (%s) timed out", owned.address.id, owned.function)
    else:
        incident = uuid.uuid4().hex[:12]
        text = f"The job failed unexpectedly; the log has the reason under {incident}."
        logger.error("Job %s (%s) failed; incident %s", owned.address.id, owned.function, incident, exc_info=error)
    if owned.attempt < owned.max_attempts:
        return Outcome(status="queued", error=text, delay_seconds=retry_delay_seconds(owned.attempt))
    return Outcome(status="failed", error=text)


def _settle(owned: Claim, outcome: Outcome) -> None:
    """Write the outcome; a connection that the job has broken is replaced first."""
    connection = connections["default"]
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()
    try:
        settle(owned, outcome)
    except LeaseLost:
        logger.warning("Job %s ended after its lease was lost; its outcome is void", owned.address.id)
