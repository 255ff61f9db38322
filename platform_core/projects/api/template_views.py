"""REST views of the catalogue of project templates."""

from typing import Any, Final

from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.api.errors import NotFoundError
from platform_core.api.operations import operation
from platform_core.api.views import TenonAPIView
from platform_core.members.permissions import ViewClassPermission, all_permissions
from platform_core.projects.api import examples
from platform_core.projects.catalogue import ProjectTemplate, TemplateFilter, find_template, templates_for

TAG: Final = "Project templates"
FILTERS: Final = [
    OpenApiParameter("group", str, description="Name of a group, as `Image`."),
    OpenApiParameter("search", str, description="Part of title, description or key."),
    OpenApiParameter("object_type", str, description="Tag that shows the data, as `Audio`."),
]


class ProjectTemplateSerializer(serializers.Serializer[Any]):
    """A template for a project."""

    key = serializers.CharField(help_text="Name for `template` when a project is created.")
    name = serializers.CharField(help_text="The title again; Label Studio's clients read it.")
    title = serializers.CharField(help_text="Title.")
    group = serializers.CharField(help_text="Heading under which it is listed.")
    description = serializers.CharField(help_text="What it is for.")
    plugin = serializers.CharField(allow_blank=True, help_text="Plugin that brings it; empty for the core.")
    object_types = serializers.ListField(child=serializers.CharField(), help_text="Tags that show data.")
    control_types = serializers.ListField(child=serializers.CharField(), help_text="Tags that make results.")
    label_config = serializers.CharField(help_text="Label configuration (XML).")


class ProjectTemplateDetailSerializer(ProjectTemplateSerializer):
    """A template with its sample tasks."""

    tasks = serializers.ListField(child=serializers.DictField(), help_text="Data of sample tasks, ready to import.")


class ProjectTemplateListAPI(TenonAPIView):
    """Templates for projects."""

    serializer_class = ProjectTemplateSerializer
    pagination_class = None
    permission_required = ViewClassPermission(GET=all_permissions.projects_view)

    @operation(
        tag=TAG,
        summary="List project templates",
        description="The core's by group, then those of the plugins that are enabled here.",
        response=ProjectTemplateSerializer(many=True),
        example=[examples.TEMPLATE],
        parameters=FILTERS,
    )
    def get(self, request: Request) -> Response:
        """Return all that the filters leave."""
        query = request.query_params
        wanted = TemplateFilter(**{name: query.get(name, "") for name in ("group", "search", "object_type")})
        found = templates_for(self.principal.enabled_plugins)
        return Response([_body(template) for template in found if wanted.takes(template)])


class ProjectTemplateAPI(TenonAPIView):
    """One template."""

    serializer_class = ProjectTemplateDetailSerializer
    permission_required = ViewClassPermission(GET=all_permissions.projects_view)

    @operation(
        tag=TAG,
        summary="Get a project template",
        response=ProjectTemplateDetailSerializer,
        example={**examples.TEMPLATE, "tasks": [{"text": "Departure was held because of freezing rain."}]},
    )
    def get(self, request: Request, key: str) -> Response:  # noqa: ARG002
        """Return it with sample tasks."""
        template = find_template(key, self.principal.enabled_plugins)
        if template is None:
            raise NotFoundError(f"There is no project template {key[:64]!r}.")
        return Response({**_body(template), "tasks": list(template.tasks)})


def _body(template: ProjectTemplate) -> dict[str, Any]:
    return {
        "key": template.key,
        "name": template.title,
        "title": template.title,
        "group": template.group,
        "description": template.description,
        "plugin": template.plugin,
        "object_types": list(template.object_types),
        "control_types": list(template.control_types),
        "label_config": template.label_config,
    }
