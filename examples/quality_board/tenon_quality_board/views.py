"""The board: pinned notes, newest first."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from tenon_quality.queries import notes_visible_to

from platform_core.sdk.views import TenonAPIView, ViewClassPermission, operation
from tenon_quality_board.models import Pin
from tenon_quality_board.services import pin_note

TAG = "quality_board"
PIN = {"note": 7, "kind": "unclear", "text": "Two reports in one text.", "created_at": "2026-11-20T12:00:00.000000Z"}


class PinSerializer(serializers.Serializer[Any]):
    """A pinned note."""

    note = serializers.IntegerField(source="note_id", min_value=1, help_text="The note.")
    kind = serializers.CharField(source="note.kind", read_only=True, help_text="Its kind.")
    text = serializers.CharField(source="note.text", read_only=True, help_text="What it says.")
    created_at = serializers.DateTimeField(read_only=True, help_text="When it was pinned (UTC).")


class PinListAPI(TenonAPIView):
    """All pins, and a new one."""

    permission_required = ViewClassPermission(GET="quality_board.pins.view", POST="quality_board.pins.change")
    serializer_class = PinSerializer

    @operation(
        tag=TAG,
        summary="List pinned notes",
        response=PinSerializer(many=True),
        example={"count": 1, "next": None, "previous": None, "results": [PIN]},
    )
    def get(self, request: Request) -> Response:  # noqa: ARG002
        """Return a page of pinned notes about tasks that the member may see."""
        pins = Pin.objects.filter(note__in=notes_visible_to(self.principal)).select_related("note").order_by("-id")
        return self.get_paginated_response(self.get_serializer(self.paginate_queryset(pins), many=True).data)

    @operation(
        tag=TAG,
        summary="Pin a note",
        request=PinSerializer,
        request_example={"note": 7},
        response=PinSerializer,
        status=201,
        example=PIN,
    )
    def post(self, request: Request) -> Response:
        """Pin a note."""
        pin = pin_note(actor=self.principal, **self.validated(request))
        return Response(PinSerializer(pin).data, status=201)
