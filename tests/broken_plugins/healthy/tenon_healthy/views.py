from rest_framework import serializers
from rest_framework.response import Response

from platform_core.sdk.views import TenonAPIView, ViewClassPermission, operation


class NoteSerializer(serializers.Serializer):
    text = serializers.CharField(help_text="What it says.")


class NoteListAPI(TenonAPIView):
    permission_required = ViewClassPermission(GET="healthy.notes.view")
    serializer_class = NoteSerializer

    @operation(tag="healthy", summary="List notes", response=NoteSerializer(many=True), example=[{"text": "Look."}])
    def get(self, request):
        # Some tests load the plugin without its app.
        from tenon_healthy.models import Note

        return Response(NoteSerializer(Note.objects.order_by("id"), many=True).data)
