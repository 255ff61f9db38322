from rest_framework import serializers
from rest_framework.response import Response

from platform_core.sdk.views import TenonAPIView, ViewClassPermission, operation


class StatusSerializer(serializers.Serializer):
    text = serializers.CharField(help_text="How it is.")


class StatusAPI(TenonAPIView):
    permission_required = ViewClassPermission(GET="patching.status.view")
    serializer_class = StatusSerializer

    @operation(tag="patching", summary="Read", response=StatusSerializer, example={"text": "well"})
    def get(self, request):
        return Response({"text": "well"})
