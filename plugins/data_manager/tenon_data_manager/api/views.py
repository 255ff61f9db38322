"""Stored views, columns, and the state of a project."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.sdk.events import api_webhook
from platform_core.sdk.projects import project_summary
from platform_core.sdk.views import TenonAPIView, ViewClassPermission, operation
from tenon_data_manager import queries, services
from tenon_data_manager.api import examples
from tenon_data_manager.api.serializers import (
    PROJECT,
    ColumnListSerializer,
    ProjectQuerySerializer,
    ProjectStateSerializer,
    ViewChangeSerializer,
    ViewOrderSerializer,
    ViewQuerySerializer,
    ViewSerializer,
)
from tenon_data_manager.columns import project_columns

TAG = "Data manager"
SEEN, CHANGED = "data_manager.views.view", "data_manager.views.change"


def project_of(request: Request) -> int:
    """Return the project that the query string or, as some clients send it, the body names.

    Raises:
        rest_framework.exceptions.ValidationError: none is named, or it is no number.
    """
    body = request.data if isinstance(request.data, dict) else {}
    query = ProjectQuerySerializer(data={"project": request.query_params.get("project", body.get("project"))})
    query.is_valid(raise_exception=True)
    project_id: int = query.validated_data["project"]
    return project_id


class ViewListAPI(TenonAPIView):
    """The views of a project, and a new one."""

    serializer_class = ViewSerializer
    pagination_class = None
    permission_required = ViewClassPermission(GET=SEEN, POST=CHANGED)

    @operation(
        tag=TAG,
        summary="List stored views",
        response=ViewSerializer(many=True),
        example=[examples.VIEW],
        parameters=[OpenApiParameter("project", int, description="Only views of this project.")],
    )
    def get(self, request: Request) -> Response:
        """Return the views that the member may see, in their order."""
        query = ViewQuerySerializer(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        project_id = query.validated_data.get("project")
        views = (
            queries.views_of_project(self.principal, project_id)
            if project_id is not None
            else queries.views_visible_to(self.principal)
        )
        return Response(ViewSerializer(views, many=True).data)

    @api_webhook("DATA_MANAGER_VIEW_CREATED")
    @operation(
        tag=TAG,
        summary="Store a view",
        request=ViewSerializer,
        response=ViewSerializer,
        status=201,
        example=examples.VIEW,
        request_example=examples.NEW_VIEW,
    )
    def post(self, request: Request) -> Response:
        """Store a view behind the others of its project."""
        values = self.validated(request)
        view = services.create_view(
            actor=self.principal, project_id=values["project_id"], data=values.get("data") or {}
        )
        return Response(ViewSerializer(view).data, status=201)


class ViewAPI(TenonAPIView):
    """One stored view."""

    serializer_class = ViewSerializer
    permission_required = ViewClassPermission(GET=SEEN, PATCH=CHANGED, DELETE=CHANGED)

    @operation(tag=TAG, summary="Get a stored view", response=ViewSerializer, example=examples.VIEW)
    def get(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        """Return the view."""
        return Response(ViewSerializer(queries.visible_view(self.principal, pk)).data)

    @api_webhook("DATA_MANAGER_VIEW_UPDATED")
    @operation(
        tag=TAG,
        summary="Change a stored view",
        description="Puts keys into `data`; keys that are left out stay, so do filters. `null` takes one away.",
        request=ViewChangeSerializer,
        response=ViewSerializer,
        example=examples.VIEW,
        request_example={"data": {"title": "Still to do"}},
    )
    def patch(self, request: Request, pk: int) -> Response:
        """Change the view."""
        change = ViewChangeSerializer(data=request.data)
        change.is_valid(raise_exception=True)
        view = services.update_view(actor=self.principal, view_id=pk, data=change.validated_data.get("data", {}))
        return Response(ViewSerializer(view).data)

    @api_webhook("DATA_MANAGER_VIEW_DELETED")
    @operation(tag=TAG, summary="Delete a stored view", status=204)
    def delete(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        """Delete the view."""
        services.delete_view(actor=self.principal, view_id=pk)
        return Response(status=204)


class ViewResetAPI(TenonAPIView):
    """All views of a project at once."""

    serializer_class = ProjectQuerySerializer
    permission_required = ViewClassPermission(DELETE=CHANGED)

    @api_webhook("DATA_MANAGER_VIEW_DELETED")
    @operation(tag=TAG, summary="Delete all stored views of a project", status=204, parameters=[PROJECT])
    def delete(self, request: Request) -> Response:
        """Delete the views."""
        services.delete_views(actor=self.principal, project_id=project_of(request))
        return Response(status=204)


class ViewOrderAPI(TenonAPIView):
    """The order of a project's views."""

    serializer_class = ViewOrderSerializer
    permission_required = ViewClassPermission(POST=CHANGED)

    @operation(
        tag=TAG,
        summary="Order the stored views of a project",
        request=ViewOrderSerializer,
        request_example={"project": 1, "ids": [7, 5]},
    )
    def post(self, request: Request) -> Response:
        """Put the named views first, in this order."""
        values = self.validated(request)
        services.order_views(actor=self.principal, project_id=values["project"], ids=values["ids"])
        return Response(status=200)


class ColumnListAPI(TenonAPIView):
    """The columns of a project's tasks."""

    serializer_class = ColumnListSerializer
    pagination_class = None
    permission_required = ViewClassPermission(GET=SEEN)

    @operation(
        tag=TAG,
        summary="List columns of tasks",
        response=ColumnListSerializer,
        example=examples.COLUMNS,
        parameters=[PROJECT],
    )
    def get(self, request: Request) -> Response:
        """Return what tasks can be filtered and ordered by, data keys included."""
        return Response({"columns": project_columns(self.principal, project_of(request))})


class ProjectStateAPI(TenonAPIView):
    """What a data manager shows of a project."""

    serializer_class = ProjectStateSerializer
    permission_required = ViewClassPermission(GET=SEEN)

    @operation(
        tag=TAG,
        summary="Get the state of a project",
        response=ProjectStateSerializer,
        example=examples.STATE,
        parameters=[PROJECT],
    )
    def get(self, request: Request) -> Response:
        """Return the project with its counters and what the member may do."""
        principal = self.principal
        project = project_summary(principal, project_of(request))
        state: dict[str, Any] = {
            **project,
            "task_count": project["task_number"],
            "annotation_count": project["total_annotations_number"],
            "can_delete_tasks": principal.can("tasks.delete"),
            "can_manage_annotations": principal.can("annotations.change_all"),
            "can_manage_tasks": principal.can("tasks.change"),
            "source_syncing": False,
            "target_syncing": False,
        }
        return Response(state)
