"""Which organizations a worker looks at next: those with hints, those with something due, all of them now and then."""

import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from tenants.models import OrganizationStatus, WorkHint, organization_refs
from tenants.scope import OrganizationRef, public_scope

SET_ASIDE_SECONDS: Final = 30.0
PASSING_SECONDS: Final = 2.0
LONGEST_SLEEP_SECONDS: Final = 5.0


@dataclass(slots=True)
class Agenda:
    """A worker's memory. Nothing in it is the truth: a new worker finds everything by its first sweep.

    Attributes:
        sweep_seconds: time between two looks at every organization.
    """

    sweep_seconds: float
    _due: dict[OrganizationRef, float] = field(default_factory=dict)
    _aside: dict[int, float] = field(default_factory=dict)
    _next_sweep: float = 0.0

    def organizations(self) -> dict[OrganizationRef, datetime | None]:
        """Return the organizations to look at, by id, each with the time of its hint if there is one."""
        now = time.monotonic()
        found: dict[OrganizationRef, datetime | None] = dict.fromkeys(
            [ref for ref, at in self._due.items() if at <= now]
        )
        with public_scope():
            if now >= self._next_sweep:
                self._next_sweep = now + self.sweep_seconds
                found.update(dict.fromkeys(organization_refs(status=OrganizationStatus.ACTIVE)))
            found.update(_hinted())
        return {ref: found[ref] for ref in sorted(found, key=lambda ref: ref.id) if self._aside.get(ref.id, 0) <= now}

    def remember(self, organization: OrganizationRef, seconds: float | None) -> None:
        """Look again after so many seconds; None: only when a hint or the sweep says so."""
        if seconds is None:
            self._due.pop(organization, None)
        else:
            self._due[organization] = time.monotonic() + seconds

    def set_aside(self, organization: OrganizationRef, *, passing: bool = False) -> None:
        """Leave an organization alone for a while whose schema cannot be used now.

        Args:
            passing: the fault is likely the database's, such as a lost connection, and soon over.
        """
        self._aside[organization.id] = time.monotonic() + (PASSING_SECONDS if passing else SET_ASIDE_SECONDS)

    def seconds_until_next(self) -> float:
        """Return when to look again without a notification."""
        times = [self._next_sweep, *self._due.values()]
        return max(0.0, min(LONGEST_SLEEP_SECONDS, min(times) - time.monotonic()))


def _hinted() -> dict[OrganizationRef, datetime]:
    rows = WorkHint.objects.filter(organization__status=OrganizationStatus.ACTIVE).values_list(
        "organization_id", "organization__slug", "organization__schema_name", "updated_at"
    )
    return {OrganizationRef(id=pk, slug=slug, schema=schema): seen for pk, slug, schema, seen in rows}


def drop_hint(organization: OrganizationRef, seen: datetime | None) -> None:
    """Delete a hint that has been followed up, unless it was renewed in the meantime."""
    if seen is not None:
        with public_scope():
            WorkHint.objects.filter(organization_id=organization.id, updated_at=seen).delete()
