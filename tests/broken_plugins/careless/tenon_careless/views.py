from rest_framework import serializers
from rest_framework.response import Response

from platform_core.sdk.views import TenonAPIView, ViewClassPermission, operation
from tenon_careless.models import Note


class NoteSerializer(serializers.Serializer):
    text = serializers.CharField(help_text="What it says.")


class NoteListAPI(TenonAPIView):
    """Asks once a row, and takes any body."""

    permission_required = ViewClassPermission(GET="careless.notes.view", POST="careless.notes.view")
    serializer_class = NoteSerializer

    @operation(tag="careless", summary="List notes", response=NoteSerializer(many=True), example=[{"text": "Look."}])
    def get(self, request):
        return Response([{"text": Note.objects.get(pk=pk).text} for pk in Note.objects.values_list("pk", flat=True)])

    @operation(tag="careless", summary="Add", request=NoteSerializer, response=NoteSerializer, example={"text": "x"})
    def post(self, request):
        return Response({"text": request.data["text"].strip()})


class OpenAPI(TenonAPIView):
    """Lets everybody in, and says nothing of itself."""

    permission_classes = ()
    permission_required = ViewClassPermission(GET="careless.notes.view")
    serializer_class = NoteSerializer

    def get(self, request):
        return Response({"text": "x"})


class NoteAPI(TenonAPIView):
    """Nobody knows which codes there are."""

    permission_required = ViewClassPermission(GET="careless.notes.view")
    serializer_class = NoteSerializer

    @operation(tag="careless", summary="Read a note", response=NoteSerializer, example={"text": "Look."})
    def get(self, request, code):
        return Response({"text": "x"}, status=200 if code == "xyzzy" else 404)
