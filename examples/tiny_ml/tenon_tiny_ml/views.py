"""The one endpoint of the plugin."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.sdk.views import TenonAPIView, ViewClassPermission, operation
from tenon_tiny_ml.runs import run_model


class RunSerializer(serializers.Serializer[Any]):
    """A run: what is asked for, and what it did."""

    project = serializers.IntegerField(write_only=True, min_value=1, help_text="The project to learn from.")
    learned = serializers.IntegerField(read_only=True, help_text="Examples it has learned from.")
    predicted = serializers.IntegerField(read_only=True, help_text="Predictions it has stored.")
    version = serializers.CharField(read_only=True, help_text="Their `model_version`.")


class RunListAPI(TenonAPIView):
    """Runs of the model."""

    permission_required = ViewClassPermission(POST="tiny_ml.runs.start")
    serializer_class = RunSerializer

    @operation(
        tag="tiny_ml",
        summary="Learn and predict",
        request=RunSerializer,
        request_example={"project": 7},
        response=RunSerializer,
        status=201,
        example={"learned": 20, "predicted": 80, "version": "tiny_ml.words@1f0c9a7be812"},
    )
    def post(self, request: Request) -> Response:
        """Learn from what is annotated and predict the rest."""
        run = run_model(actor=self.principal, project_id=self.validated(request)["project"])
        return Response(RunSerializer(run).data, status=201)
