"""What taking a plugin away would mean here: who needs it, what runs, what is stored. Needs no plugin code."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection

from platform_core.api.errors import NotFoundError
from platform_core.events.models import EventDelivery
from platform_core.jobs.models import Job
from platform_core.plugins.models import Activation, ActivationState, PluginSettings
from platform_core.plugins.queries.archives import archives_of
from platform_core.plugins.queries.dependencies import needing_here
from platform_core.plugins.queries.manifests import manifest_of
from platform_core.plugins.queries.touched import count_rows
from platform_core.projects.models import Project
from tenants import ddl
from tenants.records import JobStatus

DEFAULT_RETENTION_DAYS: Final = 30
LIVE: Final = (JobStatus.QUEUED, JobStatus.RUNNING)
MOST_JOBS: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Footprint:
    """What a plugin has stored here.

    Attributes:
        tables: each with its rows, counted, and bytes, indexes included.
        files: archives of its data that can be downloaded; they outlive a purge until they expire.
    """

    tables: tuple[dict[str, Any], ...]
    rows: int
    bytes: int
    settings_versions: int
    files: int
    file_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """What disabling or purging a plugin would mean here.

    Attributes:
        needed_by: enabled plugins that need it; they must be disabled first.
        jobs: its jobs that wait or run; they are canceled when it is off. At most 100.
        schedules: how many of its jobs come again by themselves; a purge ends them.
        waiting_events: deliveries to its handlers that are given up.
        projects: whose label config names a taxonomy of it; they become read-only.
        retention_days: between asking for a purge and the purge.
        purge_due_at: when its data go, if that was asked for; until then it can be taken back.
    """

    plugin: str
    state: str
    needed_by: tuple[str, ...]
    jobs: tuple[dict[str, Any], ...]
    schedules: int
    waiting_events: int
    projects: tuple[int, ...]
    footprint: Footprint
    retention_days: int
    purge_due_at: datetime | None


def plugin_impact(slug: str) -> Impact:
    """Return what depends on a plugin in the organization in scope.

    Raises:
        NotFoundError: it has never been here.
    """
    row = Activation.objects.filter(pk=slug).first()
    if row is None:
        raise NotFoundError(f'Plugin "{slug[:40]}" has never been enabled here.')
    manifest = manifest_of(slug)
    live = Job.objects.filter(plugin=slug, status__in=LIVE).order_by("created_at", "id")
    jobs = live.values("id", "function", "status", "schedule_key")[:MOST_JOBS]
    return Impact(
        plugin=slug,
        state=row.state,
        needed_by=tuple(needing_here(slug)),
        jobs=tuple(
            {"id": item["id"], "name": item["function"].rpartition(".")[2], "status": item["status"]} for item in jobs
        ),
        schedules=live.exclude(schedule_key="").count(),
        waiting_events=EventDelivery.objects.filter(plugin=slug, status="pending").count(),
        projects=tuple(projects_using(slug)),
        footprint=plugin_footprint(row),
        retention_days=manifest.retention_days if manifest is not None else DEFAULT_RETENTION_DAYS,
        purge_due_at=row.purge_due_at if row.state == ActivationState.PURGING else None,
    )


def projects_using(slug: str) -> list[int]:
    """Return ids of projects whose label config names a taxonomy of the plugin; at most 1,000."""
    return list(
        Project.objects.filter(label_config__contains=f'taxonomy="{slug}:')
        .order_by("pk")
        .values_list("pk", flat=True)[:1000]
    )


def plugin_footprint(row: Activation) -> Footprint:
    """Return what a plugin has stored, by the tables written down when it was enabled."""
    rows = count_rows(list(row.tables))
    sizes = _sizes(sorted(rows))
    files = archives_of(row.slug)
    return Footprint(
        tables=tuple({"table": table, "rows": rows[table], "bytes": sizes[table]} for table in sorted(rows)),
        rows=sum(rows.values()),
        bytes=sum(sizes.values()),
        settings_versions=PluginSettings.objects.filter(slug=row.slug).count(),
        files=len(files),
        file_bytes=sum(item.size for item in files),
    )


def _sizes(tables: list[str]) -> dict[str, int]:
    if not tables:
        return {}
    sums = ", ".join("pg_total_relation_size(%s::regclass)" for _ in tables)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {sums}", [ddl.quoted(table) for table in tables])
        return dict(zip(tables, cursor.fetchone(), strict=True))
