"""REST views that write several annotations at once."""

from typing import Any

import orjson
from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.api.errors import ValidationFailedError
from platform_core.api.json import RawJSON
from platform_core.api.operations import operation
from platform_core.api.views import TenonAPIView
from platform_core.events.actions import WebhookAction, api_webhook
from platform_core.members.permissions import ViewClassPermission, all_permissions
from platform_core.projects.queries import visible_project
from platform_core.tasks.api import examples
from platform_core.tasks.api.serializers import (
    AnnotationSerializer,
    BulkAnnotationSerializer,
    BulkDeletedSerializer,
    BulkDeleteSerializer,
)
from platform_core.tasks.queries.selection import selected_task_ids
from platform_core.tasks.services.bulk import MAX_TASKS, create_annotations, delete_annotations


class BulkAnnotationAPI(TenonAPIView):
    """Annotations of several tasks."""

    serializer_class = BulkAnnotationSerializer
    pagination_class = None
    permission_required = ViewClassPermission(POST=all_permissions.annotations_create)

    @api_webhook(WebhookAction.ANNOTATION_CREATED)
    @operation(
        tag="Annotations",
        summary="Submit the same annotation for several tasks",
        description=(
            "Submit the same annotation for the tasks in `tasks`, or for those that `selected_items` selects in "
            "`project`: all or none. `data.errors` of a 400 has an entry for each task that is in the way."
        ),
        request=BulkAnnotationSerializer,
        response=AnnotationSerializer(many=True),
        status=201,
        example=[examples.ANNOTATION],
        request_example={"tasks": [3, 4], "result": examples.RESULT},
    )
    def post(self, request: Request) -> Response:
        """Create annotations."""
        values: dict[str, Any] = self.validated(request)
        ids = self._task_ids(values)
        if not ids or len(ids) > MAX_TASKS:
            raise ValidationFailedError(
                validation_errors={"tasks": [f"Name 1 to {MAX_TASKS} tasks; these are {len(ids)}."]}
            )
        if values.get("unique_id") and len(ids) > 1:
            raise ValidationFailedError(
                validation_errors={"unique_id": ["Several annotations cannot have the same unique_id."]}
            )
        written = create_annotations(task_ids=ids, values=values, actor=self.principal)
        rows = [item.content[:-1] + b',"warnings":' + orjson.dumps(item.warnings) + b"}" for item in written]
        return Response(RawJSON(b"[" + b",".join(rows) + b"]"), status=201)

    def _task_ids(self, values: dict[str, Any]) -> list[int]:
        ids = [*values.get("tasks", []), *([values["task"]] if values.get("task") else [])]
        selected = values.get("selected_items")
        if selected is None:
            return sorted(set(ids))
        if not values.get("project"):
            raise ValidationFailedError(validation_errors={"project": ["A selection needs its project."]})
        project = visible_project(self.principal, values["project"])
        chosen = selected_task_ids(
            project.pk,
            everything=selected["all"],
            included=selected.get("included", []),
            excluded=selected.get("excluded", []),
            limit=MAX_TASKS + 1,
        )
        return sorted({*ids, *chosen})


class BulkDeleteAnnotationAPI(TenonAPIView):
    """Deletes several annotations."""

    serializer_class = BulkDeleteSerializer
    permission_required = ViewClassPermission(POST=all_permissions.annotations_delete)

    @api_webhook(WebhookAction.ANNOTATIONS_DELETED)
    @operation(
        tag="Annotations",
        summary="Delete several annotations",
        description="Delete annotations of one project: all or none. `data.errors` of a 400 names what is in the way.",
        request=BulkDeleteSerializer,
        response=BulkDeletedSerializer,
        example={"deleted_count": 2},
        request_example={"ids": [5, 6], "project": 1},
    )
    def post(self, request: Request) -> Response:
        """Delete annotations."""
        values = self.validated(request)
        project = visible_project(self.principal, values["project"])
        count = delete_annotations(
            annotation_ids=sorted(set(values["ids"])), project_id=project.pk, actor=self.principal
        )
        return Response({"deleted_count": count})
