"""REST views of projects: thin; the verbs are in services, the nouns in queries."""

from django.db import transaction
from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.api.json import RawJSON
from platform_core.api.operations import operation
from platform_core.api.pagination import PageNumberPagination
from platform_core.api.preconditions import if_match_of, tagged
from platform_core.api.views import TenonAPIView
from platform_core.events.actions import WebhookAction, api_webhook
from platform_core.jobs.queue import start_job_async_or_sync
from platform_core.members.permissions import ViewClassPermission, all_permissions
from platform_core.projects.api import examples
from platform_core.projects.api.list_query import LIST_PARAMETERS, MEMBERS_LIMIT, members_limit, project_filter
from platform_core.projects.api.serializers import (
    LabelConfigSerializer,
    ProjectAccessSerializer,
    ProjectCountsSerializer,
    ProjectCreateSerializer,
    ProjectSerializer,
    ProjectWriteSerializer,
    ValidationResultSerializer,
)
from platform_core.projects.configs import compiled_config, is_empty
from platform_core.projects.jobs import apply_rules_job
from platform_core.projects.label_config.changes import config_essential_data_has_changed
from platform_core.projects.queries import visible_project
from platform_core.projects.queries.lists import Shape, project_json, project_page
from platform_core.projects.services.access import access_of, set_access
from platform_core.projects.services.label_configs import CheckedConfig, check_label_config
from platform_core.projects.services.labelling_rules import RULES, are_rules_pending
from platform_core.projects.services.orphans import refuse_orphaning_change
from platform_core.projects.services.projects import create_project, delete_project, update_project
from platform_core.projects.services.templates import with_template
from platform_core.repeats.requests import IDEMPOTENCY_KEY, repeatable

TAG = "Projects"


def _page(view: TenonAPIView, request: Request, shape: Shape) -> Response:
    """Return a page of the projects that the query string asks for."""
    wanted, principal = project_filter(request), view.principal

    def read(start: int, size: int) -> tuple[bytes, int]:
        page = project_page(principal, wanted, shape=shape, start=start, size=size)
        return page.content, page.count

    return PageNumberPagination().raw_response(request, read)


def _tagged(found: tuple[bytes, int], *, status: int = 200) -> Response:
    content, version = found
    return tagged(RawJSON(content), version, status=status)


class ProjectListAPI(TenonAPIView):
    """Projects of the organization."""

    serializer_class = ProjectCreateSerializer
    permission_required = ViewClassPermission(GET=all_permissions.projects_view, POST=all_permissions.projects_create)

    @operation(
        tag=TAG,
        summary="List projects",
        description="Pinned projects first, then the newest. A page past the end is empty.",
        response=ProjectSerializer(many=True),
        example=[examples.PROJECT],
        parameters=LIST_PARAMETERS,
    )
    def get(self, request: Request) -> Response:
        """Return a page of projects."""
        return _page(self, request, "project")

    @api_webhook(WebhookAction.PROJECT_CREATED)
    @operation(
        tag=TAG,
        summary="Create a project",
        request=ProjectCreateSerializer,
        response=ProjectSerializer,
        status=201,
        example=examples.PROJECT,
        request_example=examples.NEW_PROJECT,
        parameters=[IDEMPOTENCY_KEY],
    )
    @repeatable
    def post(self, request: Request) -> Response:
        """Create a project."""
        values = with_template(self.validated(request), self.principal)
        project = create_project(values=values, actor=self.principal)
        return _tagged(project_json(self.principal, project.pk), status=201)


class ProjectCountsAPI(TenonAPIView):
    """Counters of projects."""

    serializer_class = ProjectCountsSerializer
    permission_required = ViewClassPermission(GET=all_permissions.projects_view)

    @operation(
        tag=TAG,
        summary="List counters of projects",
        response=ProjectCountsSerializer(many=True),
        example=[examples.COUNTS],
        parameters=LIST_PARAMETERS,
    )
    def get(self, request: Request) -> Response:
        """Return a page of ids and counters."""
        return _page(self, request, "counts")


class ProjectAPI(TenonAPIView):
    """One project."""

    serializer_class = ProjectWriteSerializer
    permission_required = ViewClassPermission(
        GET=all_permissions.projects_view, PATCH=all_permissions.projects_change, DELETE=all_permissions.projects_delete
    )

    @operation(
        tag=TAG,
        summary="Get a project",
        response=ProjectSerializer,
        example=examples.PROJECT,
        parameters=[MEMBERS_LIMIT],
    )
    def get(self, request: Request, pk: int) -> Response:
        """Return a project."""
        return _tagged(project_json(self.principal, pk, members_limit=members_limit(request)))

    @api_webhook(WebhookAction.PROJECT_UPDATED)
    @operation(
        tag=TAG,
        summary="Change a project",
        description=(
            "Change a project. A label config that would orphan annotations is refused. The `ETag` is that of the "
            "settings: work on tasks, which moves the counters, does not change it. A change of overlap or skip queue "
            "reaches the tasks of a project of more than 20,000 by a job, named by the header `X-Tenon-Job`; meanwhile "
            "`tasks_behind_rules` says how many are still counted by the old rules."
        ),
        request=ProjectWriteSerializer(partial=True),
        response=ProjectSerializer,
        example=examples.PROJECT,
        request_example={"title": "Conflicts in New England"},
        errors=(412,),
    )
    def patch(self, request: Request, pk: int) -> Response:
        """Change fields of a project."""
        visible_project(self.principal, pk)
        values = self.validated(request, partial=True)
        with transaction.atomic():
            update_project(project_id=pk, values=values, actor=self.principal, if_match=if_match_of(request))
            is_pending = not RULES.isdisjoint(values) and are_rules_pending(pk)
            job = start_job_async_or_sync(apply_rules_job, pk, actor=self.principal) if is_pending else None
        answer = _tagged(project_json(self.principal, pk))
        if job is not None:
            answer["X-Tenon-Job"] = str(job)
        return answer

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
        """Answer 200 for a good config, 400 with every fault for a bad one or with the work that is in its way."""
        project = visible_project(self.principal, pk)
        text = self.validated(request)["label_config"]
        checked = check_label_config(text, principal=self.principal, project_id=pk, previous=project.label_config)
        refuse_orphaning_change(project=project, new=checked, principal=self.principal)
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
