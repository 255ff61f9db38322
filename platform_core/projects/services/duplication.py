"""Copying a project: its settings at once, its tasks in the same transaction or, where there are many, in a job."""

from dataclasses import dataclass
from typing import Any, Final, Literal

from django.db import connection, transaction

from platform_core.events.models import AuditEntry
from platform_core.events.services import emit_event, record_audit
from platform_core.members.principal import Principal
from platform_core.projects.models import Project, ProjectCounters, ProjectMembership, ProjectTeamGrant
from platform_core.projects.services.label_configs import check_label_config
from platform_core.projects.services.projects import SECRET
from platform_core.sealed_fields import open_secret, save_secret

Mode = Literal["settings", "settings,data"]
MAX_TASKS_AT_ONCE: Final = 20_000

# What belongs to the project that was copied, not to its copy; a secret is sealed anew, for it is bound to its row.
_OWN: Final = frozenset({"id", "title", "created_at", "updated_at", "created_by", "pinned_at", SECRET})
# The tasks begin without work on them, numbered in the order of their ids behind those that the copy has by now.
_COPY_TASKS: Final = """
    INSERT INTO tasks_task (created_at, updated_at, project_id, data, meta, inner_id, overlap, is_labeled, allow_skip,
                            total_annotations, cancelled_annotations, total_predictions, storage_filename)
    SELECT now(), now(), %(target)s, s.data, s.meta, %(base)s + s.place, s.overlap, false, s.allow_skip, 0, 0, 0,
           s.storage_filename
    FROM (SELECT t.*, row_number() OVER (ORDER BY t.id) AS place FROM tasks_task t WHERE t.project_id = %(source)s) s
    ORDER BY s.place"""
_COUNT: Final = """
    UPDATE projects_projectcounters SET task_number = task_number + %(tasks)s,
           last_inner_id = last_inner_id + %(tasks)s, revision = revision + 1, stale_zones = NULL,
           updated_at = now()
    WHERE project_id = %(target)s"""
_COPIED: Final = "project.tasks_copied"


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicate:
    """A copy of a project.

    Attributes:
        tasks_are_left: the tasks are many, so a job must copy them.
    """

    project: Project
    tasks_are_left: bool


@transaction.atomic
def duplicate_project(
    *,
    source: Project,
    mode: Mode,
    title: str,
    description: str | None,
    include_members: bool,
    actor: Principal,
) -> Duplicate:
    """Make a project like another one, with its tasks where the mode says so; annotations are not copied.

    Raises:
        PluginDisabledError: the label config names a taxonomy of a plugin that is off.
        InvalidLabelConfigError: the label config uses a tag that is not known any more.
    """
    check_label_config(source.label_config, principal=actor, project_id=None)
    copied = {field.attname: getattr(source, field.attname) for field in Project._meta.fields if field.name not in _OWN}
    if description is not None:
        copied["description"] = description
    project = Project(**copied, title=title, created_by_id=actor.id)
    project.save(force_insert=True)
    if secret := open_secret(source, SECRET):
        save_secret(project, SECRET, secret)
    ProjectCounters.objects.create(project=project)
    _grant(source, project, include_members=include_members, actor=actor)
    tasks_are_left = mode == "settings,data"
    if tasks_are_left and _number_of_tasks(source.pk) <= MAX_TASKS_AT_ONCE:
        copy_tasks(source_id=source.pk, target_id=project.pk, actor=actor)
        tasks_are_left = False
    record_audit(
        actor=actor,
        action="project.duplicated",
        target_type="project",
        target_id=project.pk,
        data={"title": title, "source": source.pk, "mode": mode},
    )
    emit_event(type="project.created", payload={"project": project.pk, "duplicated_from": source.pk})
    return Duplicate(project=project, tasks_are_left=tasks_are_left)


@transaction.atomic
def copy_tasks(*, source_id: int, target_id: int, actor: Principal | None) -> int:
    """Copy the tasks of a project into its duplicate by one statement; returns how many were copied.

    Done once means never again, so a repeated job does no harm.
    """
    counters = ProjectCounters.objects.select_for_update().filter(pk=target_id).first()
    audit = AuditEntry.objects.filter(action=_COPIED, target_type="project", target_id=str(target_id))
    if counters is None or audit.exists():
        return 0
    arguments: dict[str, Any] = {"source": source_id, "target": target_id, "base": counters.last_inner_id}
    with connection.cursor() as cursor:
        cursor.execute(_COPY_TASKS, arguments)
        tasks = int(cursor.rowcount)
        cursor.execute(_COUNT, {"tasks": tasks, "target": target_id})
    facts = {"project": target_id, "import": None, "tasks": tasks, "duplicated_from": source_id}
    record_audit(actor=actor, action=_COPIED, target_type="project", target_id=target_id, data=facts)
    emit_event(type="tasks.imported", payload=facts)
    return tasks


def _grant(source: Project, project: Project, *, include_members: bool, actor: Principal) -> None:
    members = {actor.id}
    if include_members:
        members |= set(source.memberships.values_list("member_id", flat=True))
        teams = source.team_grants.order_by("team_id").values_list("team_id", flat=True)
        ProjectTeamGrant.objects.bulk_create(ProjectTeamGrant(project=project, team_id=team) for team in teams)
    ProjectMembership.objects.bulk_create(
        ProjectMembership(project=project, member_id=member) for member in sorted(members)
    )


def _number_of_tasks(project_id: int) -> int:
    number = ProjectCounters.objects.filter(pk=project_id).values_list("task_number", flat=True).first()
    return int(number or 0)
