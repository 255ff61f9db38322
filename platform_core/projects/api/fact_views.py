"""REST views of what is in a project, and of its label config: annotators, models, summary, schema, sample task."""

from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.api.operations import operation
from platform_core.api.views import TenonAPIView
from platform_core.members.permissions import ViewClassPermission, all_permissions
from platform_core.projects.api import examples
from platform_core.projects.api.fact_bodies import (
    EXTENDED,
    AnnotatorSerializer,
    LabelConfigSchemaSerializer,
    ModelVersionsSerializer,
    SampleTaskRequestSerializer,
    SampleTaskSerializer,
    SummarySerializer,
)
from platform_core.projects.configs import compiled_config, is_empty
from platform_core.projects.label_config import result_json_schema, sample_data, sample_result
from platform_core.projects.queries import visible_project
from platform_core.projects.queries.facts import model_versions, project_summary, unique_annotators
from platform_core.projects.services.label_configs import check_label_config

TAG = "Projects"
ANY_RESULT = {"type": "array", "items": {"type": "object"}}


class ProjectAnnotatorsAPI(TenonAPIView):
    """Who annotated in a project."""

    serializer_class = AnnotatorSerializer
    pagination_class = None
    permission_required = ViewClassPermission(GET=all_permissions.annotations_view)

    @operation(
        tag=TAG,
        summary="List the annotators of a project",
        description="Members with an annotation in the project; oneself only where others' annotations are hidden.",
        response=AnnotatorSerializer(many=True),
        example=[examples.ANNOTATOR],
    )
    def get(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        """Return all of them."""
        visible_project(self.principal, pk)
        return Response(unique_annotators(self.principal, pk))


class ProjectModelVersionsAPI(TenonAPIView):
    """Whose predictions are in a project."""

    serializer_class = ModelVersionsSerializer
    permission_required = ViewClassPermission(GET=all_permissions.predictions_view)

    @operation(
        tag=TAG,
        summary="Count the predictions of a project by model version",
        description="An object of version to number of predictions; with `extended` also when the latest was made.",
        response=ModelVersionsSerializer,
        example={"bert-2026-10": 926},
        parameters=[EXTENDED],
    )
    def get(self, request: Request, pk: int) -> Response:
        """Return the versions, the latest first."""
        visible_project(self.principal, pk)
        versions = model_versions(pk)
        if request.query_params.get("extended", "").lower() in ("true", "1"):
            return Response({"static": versions, "live": []})
        return Response({version["model_version"]: version["count"] for version in versions})


class ProjectSummaryAPI(TenonAPIView):
    """Data columns, controls and labels in use."""

    serializer_class = SummarySerializer
    permission_required = ViewClassPermission(GET=all_permissions.annotations_view_all)

    @operation(
        tag=TAG,
        summary="Summarize a project",
        description="Counted over the newest 100,000 tasks and annotations.",
        response=SummarySerializer,
        example=examples.SUMMARY,
    )
    def get(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        """Return the counts."""
        visible_project(self.principal, pk)
        return Response(project_summary(pk))


class LabelConfigSchemaAPI(TenonAPIView):
    """What a result of a project looks like."""

    serializer_class = LabelConfigSchemaSerializer
    permission_required = ViewClassPermission(GET=all_permissions.projects_view)

    @operation(
        tag=TAG,
        summary="Get the JSON Schema of a project's results",
        description="Made from the label config: one schema a control, with the labels that it lists (2020-12).",
        response=LabelConfigSchemaSerializer,
        example={"type": "array", "items": {"anyOf": []}},
    )
    def get(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        """Return the schema; of a project without a label config one that any list of objects fits."""
        project = visible_project(self.principal, pk)
        if is_empty(project.label_config):
            return Response(ANY_RESULT)
        return Response(
            result_json_schema(compiled_config(project.label_config, self.principal.enabled_plugins).config)
        )


class SampleTaskAPI(TenonAPIView):
    """A made-up task for a label config."""

    serializer_class = SampleTaskRequestSerializer
    permission_required = ViewClassPermission(POST=all_permissions.projects_view)

    @operation(
        tag=TAG,
        summary="Make a sample task",
        description="Task data that fit the label config given, else the project's own. Nothing is stored.",
        request=SampleTaskRequestSerializer,
        response=SampleTaskSerializer,
        example={"sample_task": {"text": "The crew reported a bird strike."}},
        request_example={"label_config": examples.LABEL_CONFIG},
    )
    def post(self, request: Request, pk: int) -> Response:
        """Return the data, or with `include_annotation_and_prediction` a whole task."""
        project = visible_project(self.principal, pk)
        values = self.validated(request)
        text = values.get("label_config") or project.label_config
        compiled = check_label_config(text, principal=self.principal, project_id=pk).compiled
        data = sample_data(compiled.config) if compiled is not None else {}
        if not values["include_annotation_and_prediction"]:
            return Response({"sample_task": data})
        result = sample_result(compiled.config) if compiled is not None else []
        work = [{"result": result}]
        return Response(
            {"sample_task": {"data": data, "annotations": work, "predictions": [{**work[0], "score": 0.5}]}}
        )
