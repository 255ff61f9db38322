"""Handing out tasks: queues in the order of the project's settings, and a lock so that nobody works for nothing.

A queue is a name and a function; what a project's settings mean is the order in which `queues_of` lists them.
Assigned tasks come first, and go to nobody else. Review narrows or precedes these queues; a sampler is one more entry
of `SAMPLERS`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.db import transaction

from platform_core.api.errors import NotFoundError
from platform_core.members.principal import Principal
from platform_core.projects.models import Sampling, SkipQueue
from platform_core.tasks.queries import next_task as candidates
from platform_core.tasks.queries.next_task import Situation, TaskLockRow

Arguments = dict[str, Any]
Pick = Callable[[Arguments, Situation, str], int | None]
ATTEMPTS: Final = 20
"""How often others may be quicker before the member is told that there is nothing for them now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOut:
    """A task that the member may work on until the lock expires."""

    lock: TaskLockRow
    queue: str
    situation: Situation


def _sequential(arguments: Arguments, _situation: Situation, condition: str) -> int | None:
    return candidates.first_in_order(arguments, condition=condition)


def _uniform(arguments: Arguments, situation: Situation, condition: str) -> int | None:
    return candidates.any_task(arguments, open_tasks=situation.open_tasks, condition=condition)


def _uncertain(arguments: Arguments, _situation: Situation, condition: str) -> int | None:
    found = candidates.least_certain(arguments, condition=condition)
    return found if found is not None else candidates.first_in_order(arguments, condition=condition)


SAMPLERS: Final[dict[str, tuple[str, Pick]]] = {
    Sampling.SEQUENTIAL.value: ("Sequence queue", _sequential),
    Sampling.UNIFORM.value: ("Uniform random queue", _uniform),
    Sampling.UNCERTAINTY.value: ("Active learning or random queue", _uncertain),
}
"""Value of `project.sampling` to the queue's name, as Label Studio calls it, and what picks a task."""


def queues_of(situation: Situation, arguments: Arguments) -> Iterator[tuple[str, Callable[[], int | None]]]:
    """Yield name and picker of each queue, in the order in which the project asks for them."""
    name, sample = SAMPLERS[situation.sampling]
    if situation.has_assigned:
        yield "Assigned queue", lambda: candidates.first_assigned(arguments)
    if situation.show_ground_truth_first and situation.ground_truths:
        yield (
            "Ground truth queue",
            lambda: candidates.first_in_order(arguments, condition=candidates.WITH_GROUND_TRUTH),
        )
    if situation.maximum_annotations > 1:
        yield "Breadth first queue", lambda: candidates.first_begun(arguments)
    if situation.show_overlap_first:
        yield "Show overlap first", lambda: sample(arguments, situation, candidates.WITH_OVERLAP)
    yield name, lambda: sample(arguments, situation, "")
    yield "Postponed draft queue", lambda: candidates.longest_put_off(arguments)
    if situation.skip_queue == SkipQueue.REQUEUE_FOR_ME and situation.skipped:
        yield "Skipped queue", lambda: candidates.longest_skipped(arguments)


def hand_out_task(*, project_id: int, actor: Principal) -> HandedOut:
    """Give the member their next task of a project; the same one again until it is done, skipped, or its lock expired.

    Raises:
        NotFoundError: the project is not visible, or it has no task for the member now.
    """
    found = candidates.situation(actor, project_id)
    if found is None:
        raise NotFoundError(f"There is no project {project_id}.")
    lifetime = timedelta(seconds=settings.TENON_TASK_LOCK_SECONDS)
    if found.lock is not None and found.lock.expires_at - found.now > lifetime / 2:
        return HandedOut(lock=found.lock, queue="Task lock", situation=found)
    handed_out = _take(found, actor)
    if handed_out is None:
        raise _nothing_left(found, actor)
    return handed_out


def _take(found: Situation, actor: Principal) -> HandedOut | None:
    arguments = found.arguments(actor)
    if found.lock is not None:
        lock = _locked(arguments, found.lock.task_id)
        if lock is not None:
            return HandedOut(lock=lock, queue="Task lock", situation=found)
    for name, pick in queues_of(found, arguments):
        for _attempt in range(ATTEMPTS):
            with transaction.atomic():
                task_id = pick()
                lock = _locked(arguments, task_id) if task_id is not None else None
            if lock is not None:
                return HandedOut(lock=lock, queue=name, situation=found)
            if task_id is None:
                break
    return None


def _locked(arguments: Arguments, task_id: int) -> TaskLockRow | None:
    return candidates.take_lock(arguments, task_id, seconds=settings.TENON_TASK_LOCK_SECONDS)


def _nothing_left(found: Situation, actor: Principal) -> NotFoundError:
    if found.open_tasks:
        return NotFoundError(
            f"There are still some tasks to complete for the user={actor.email}, "
            "but they seem to be locked by another user.",
            data={"open_tasks": found.open_tasks},
        )
    return NotFoundError("There are no more tasks to complete.", data={"open_tasks": 0})
