"""What members have made and worked on, for a page of members at once: constant numbers of statements."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from platform_core.projects.models import Project
from platform_core.tasks.models import Annotation

Projects = dict[int, list[dict[str, Any]]]


def created_projects(member_ids: Collection[int]) -> Projects:
    """Return member id to the projects they made, as `{"id", "title"}`."""
    rows = (
        Project.objects.filter(created_by_id__in=member_ids).order_by("pk").values_list("created_by_id", "pk", "title")
    )
    return _grouped(rows)


def contributed_projects(member_ids: Collection[int]) -> Projects:
    """Return member id to the projects they annotated in, as `{"id", "title"}`."""
    rows = (
        Annotation.objects.filter(completed_by_id__in=member_ids)
        .order_by("completed_by_id", "project_id")
        .values_list("completed_by_id", "project_id", "project__title")
        .distinct()
    )
    return _grouped(rows)


def annotation_count(member_id: int) -> int:
    """Return how many annotations a member has submitted."""
    return Annotation.objects.filter(completed_by_id=member_id).count()


def _grouped(rows: Any) -> Projects:
    found: Projects = defaultdict(list)
    for member_id, project_id, title in rows:
        found[member_id].append({"id": project_id, "title": title})
    return found
