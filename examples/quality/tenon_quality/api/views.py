"""Notes about tasks, and who annotated how much."""

from typing import Any

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.sdk.views import TenonAPIView, ViewClassPermission, operation
from tenon_quality import queries, services
from tenon_quality.api import examples
from tenon_quality.api.serializers import (
    NOTE_PARAMETERS,
    ContributionSerializer,
    NoteChangeSerializer,
    NoteQuerySerializer,
    NoteSerializer,
)
from tenon_quality.models import Note

TAG = "quality"


class NoteListAPI(TenonAPIView):
    """All notes, and a new one."""

    permission_required = ViewClassPermission(GET="quality.notes.view", POST="quality.notes.add")
    serializer_class = NoteSerializer

    @operation(
        tag=TAG,
        summary="List notes",
        response=NoteSerializer(many=True),
        example=examples.page(examples.NOTE),
        parameters=NOTE_PARAMETERS,
    )
    def get(self, request: Request) -> Response:
        """Return a page of notes about tasks that the member may see, newest first."""
        query = NoteQuerySerializer(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        page = self.paginate_queryset(_chosen(queries.notes_visible_to(self.principal), query.validated_data))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @operation(
        tag=TAG,
        summary="Write a note",
        request=NoteSerializer,
        request_example={"task": 42, "kind": "unclear", "text": "Two reports in one text."},
        response=NoteSerializer,
        status=201,
        example=examples.NOTE,
    )
    def post(self, request: Request) -> Response:
        """Write a note about a task."""
        note = services.add_note(actor=self.principal, **self.validated(request))
        return Response(NoteSerializer(note).data, status=201)


def _chosen(notes: QuerySet[Note], wanted: dict[str, Any]) -> QuerySet[Note]:
    if "task" in wanted:
        notes = notes.filter(task_id=wanted["task"])
    if "open" in wanted:
        notes = notes.filter(resolved_at__isnull=wanted["open"])
    return notes


class NoteAPI(TenonAPIView):
    """One note."""

    permission_required = ViewClassPermission(GET="quality.notes.view", PATCH="quality.notes.resolve")
    serializer_class = NoteSerializer

    @operation(tag=TAG, summary="Read a note", response=NoteSerializer, example=examples.NOTE)
    def get(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        """Return the note."""
        return Response(NoteSerializer(queries.visible_note(self.principal, pk)).data)

    @operation(
        tag=TAG,
        summary="Close a note, or open it again",
        request=NoteChangeSerializer,
        request_example={"resolved": True},
        response=NoteSerializer,
        example={**examples.NOTE, "resolved_at": "2026-11-20T13:00:00.000000Z"},
    )
    def patch(self, request: Request, pk: int) -> Response:
        """Change the note."""
        change = NoteChangeSerializer(data=request.data)
        change.is_valid(raise_exception=True)
        note = services.set_note_resolved(actor=self.principal, note_id=pk, **change.validated_data)
        return Response(NoteSerializer(note).data)


class ContributionListAPI(TenonAPIView):
    """Who annotated how much."""

    permission_required = ViewClassPermission(GET="quality.contributions.view")
    serializer_class = ContributionSerializer

    @operation(
        tag=TAG,
        summary="List contributions",
        response=ContributionSerializer(many=True),
        example=examples.page(examples.CONTRIBUTION),
    )
    def get(self, request: Request) -> Response:  # noqa: ARG002
        """Return a page of members with the number of annotations they made, most first."""
        page = self.paginate_queryset(queries.contributions())
        return self.get_paginated_response(self.get_serializer(page, many=True).data)
