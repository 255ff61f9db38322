"""REST views of projects: thin; the verbs are in services, the nouns in queries."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.api.errors import ValidationFailedError
from platform_core.api.operations import operation
from platform_core.api.views import TenonAPIView
from platform_core.events.actions import WebhookAction, api_webhook
from platform_core.members.permissions import ViewClassPermission, all_permissions
from platform_core.projects.api import examples
from platform_core.projects.api.serializers import (
    LabelConfigSerializer,
    ProjectAccessSerializer,
    ProjectCountsSerializer,
    ProjectSerializer,
    ProjectWriteSerializer,
    ValidationResultSerializer,
)
from platform_core.projects.configs import compiled_config, is_empty
from platform_core.projects.label_config.changes import config_essential_data_has_changed
from platform_core.projects.managers import COUNTERS
from platform_core.projects.queries import (
    ordering_of,
    project_object,
    project_rows,
    projects_visible_to,
    visible_project,
)
from platform_core.projects.services.access import access_of, set_access
from platform_core.projects.services.label_configs import CheckedConfig, check_label_config
from platform_core.projects.services.projects import create_project, delete_project, update_project

TAG = "Projects"


def _filtered(view: TenonAPIView, request: Request) -> Any:
    """Return the visible projects, cut by the list's query parameters, in its order."""
    queryset = projects_visible_to(view.principal)
    query = request.query_params
    if ids := query.get("ids"):
        try:
            queryset = queryset.filter(pk__in=[int(part) for part in ids.split(",")][:1000])
        except (ValueError, OverflowError) as error:
            raise ValidationFailedError(
                validation_errors={"ids": ["A comma separated list of numbers is expected."]}
            ) from error
    for name in ("title", "search"):
        if text := query.get(name):
            queryset = queryset.filter(title__icontains=text.replace("\0", ""))
    match query.get("filter"):
        case "pinned_only":
            queryset = queryset.filter(pinned_at__isnull=False)
        case "exclude_pinned":
            queryset = queryset.filter(pinned_at__isnull=True)
    return queryset


def _one(view: TenonAPIView, project_id: int) -> dict[str, Any]:
    visible_project(view.principal, project_id)
    return project_object(project_rows(projects_visible_to(view.principal)).get(pk=project_id))


class ProjectListAPI(TenonAPIView):
    """Projects of the organization."""

    serializer_class = ProjectWriteSerializer
    permission_required = ViewClassPermission(GET=all_permissions.projects_view, POST=all_permissions.projects_create)

    @operation(
        tag=TAG,
        summary="List projects",
        description="Pinned projects first, then the newest. A page past the end is empty.",
        response=ProjectSerializer(many=True),
        example=[examples.PROJECT],
    )
    def get(self, request: Request) -> Response:
        """Return a page of projects."""
        queryset = _filtered(self, request)
        rows = project_rows(queryset).order_by(*ordering_of(request.query_params.get("ordering")))
        page = self.paginate_queryset(rows)
        return self.get_paginated_response([project_object(row) for row in page or []])

    @api_webhook(WebhookAction.PROJECT_CREATED)
    @operation(
        tag=TAG,
        summary="Create a project",
        request=ProjectWriteSerializer,
        response=ProjectSerializer,
        status=201,
        example=examples.PROJECT,
        request_example=examples.NEW_PROJECT,
    )
    def post(self, request: Request) -> Response:
        """Create a project."""
        project = create_project(values=self.validated(request), actor=self.principal)
        return Response(_one(self, project.pk), status=201)


class ProjectCountsAPI(TenonAPIView):
    """Counters of projects."""

    serializer_class = ProjectCountsSerializer
    permission_required = ViewClassPermission(GET=all_permissions.projects_view)

    @operation(
        tag=TAG,
        summary="List counters of projects",
        response=ProjectCountsSerializer(many=True),
        example=[examples.COUNTS],
    )
    def get(self, request: Request) -> Response:
        """Return a page of ids and counters."""
        queryset = _filtered(self, request)
        rows = queryset.with_counts().values("id", *COUNTERS)
        page = self.paginate_queryset(rows.order_by(*ordering_of(request.query_params.get("ordering"))))
        return self.get_paginated_response(page)


class ProjectAPI(TenonAPIView):
    """One project."""

    serializer_class = ProjectWriteSerializer
    permission_required = ViewClassPermission(
        GET=all_permissions.projects_view, PATCH=all_permissions.projects_change, DELETE=all_permissions.projects_delete
    )

    @operation(tag=TAG, summary="Get a project", response=ProjectSerializer, example=examples.PROJECT)
    def get(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        """Return a project."""
        return Response(_one(self, pk))

    @api_webhook(WebhookAction.PROJECT_UPDATED)
    @operation(
        tag=TAG,
        summary="Change a project",
        description="Change a project. A label config that would orphan annotations is refused.",
        request=ProjectWriteSerializer(partial=True),
        response=ProjectSerializer,
        example=examples.PROJECT,
        request_example={"title": "Conflicts in New England"},
    )
    def patch(self, request: Request, pk: int) -> Response:
        """Change fields of a project."""
        visible_project(self.principal, pk)
        update_project(project_id=pk, values=self.validated(request, partial=True), actor=self.principal)
        return Response(_one(self, pk))

    @api_webhook(WebhookAction.PROJECT_DELETED)
    @operation(tag=TAG, summary="Delete a project", status=204)
    def delete(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        """Delete a project with its tasks, annotations and predictions."""
        visible_project(self.principal, pk)
        delete_project(project_id=pk, actor=self.principal)
        return Response(status=204)


class ProjectValidateAPI(TenonAPIView):
    """Checks a label config against a project without saving it."""

    serializer_class = LabelConfigSerializer
    permission_required = ViewClassPermission(POST=all_permissions.projects_change)

    @operation(
        tag=TAG,
        summary="Check a label config for a project",
        request=LabelConfigSerializer,
        response=ValidationResultSerializer,
        example={"label_config": examples.LABEL_CONFIG, "config_essential_data_has_changed": False, "warnings": []},
        request_example={"label_config": examples.LABEL_CONFIG},
    )
    def post(self, request: Request, pk: int) -> Response:
        """Answer 200 for a good config, 400 with every fault for a bad one."""
        project = visible_project(self.principal, pk)
        text = self.validated(request)["label_config"]
        checked = check_label_config(text, principal=self.principal, project_id=pk, previous=project.label_config)
        changed = None
        if checked.compiled is not None and not is_empty(project.label_config):
            old = compiled_config(project.label_config, self.principal.enabled_plugins)
            changed = config_essential_data_has_changed(old.config, checked.compiled.config)
        return Response(
            {"label_config": text, "config_essential_data_has_changed": changed, "warnings": list(checked.warnings)}
        )


class LabelConfigValidateAPI(TenonAPIView):
    """Checks a label config."""

    serializer_class = LabelConfigSerializer
    permission_required = ViewClassPermission(POST=all_permissions.projects_create)

    @operation(
        tag=TAG,
        summary="Check a label config",
        status=204,
        request=LabelConfigSerializer,
        request_example={"label_config": examples.LABEL_CONFIG},
    )
    def post(self, request: Request) -> Response:
        """Answer 204 for a good config, 400 with every fault for a bad one."""
        checked: CheckedConfig = check_label_config(
            self.validated(request)["label_config"], principal=self.principal, project_id=None
        )
        return Response(status=204, headers={"X-Tenon-Warnings": str(len(checked.warnings))})


class ProjectAccessAPI(TenonAPIView):
    """Members and teams with access to a project."""

    serializer_class = ProjectAccessSerializer
    permission_required = ViewClassPermission(
        GET=all_permissions.projects_change, PATCH=all_permissions.projects_change
    )

    @operation(
        tag=TAG,
        summary="Show who has access to a project",
        response=ProjectAccessSerializer,
        example={"members": [1], "teams": []},
    )
    def get(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        """Return ids of members and teams; managers and above have access anyway."""
        return Response(access_of(visible_project(self.principal, pk)))

    @operation(
        tag=TAG,
        summary="Say who has access to a project",
        request=ProjectAccessSerializer(partial=True),
        response=ProjectAccessSerializer,
        example={"members": [1, 7], "teams": [2]},
        request_example={"members": [1, 7], "teams": [2]},
    )
    def patch(self, request: Request, pk: int) -> Response:
        """Replace the lists that are given."""
        project = visible_project(self.principal, pk)
        values = self.validated(request, partial=True)
        set_access(project=project, members=values.get("members"), teams=values.get("teams"), actor=self.principal)
        return Response(access_of(project))
