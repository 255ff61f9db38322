"""REST views of drafts."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.api.errors import NotFoundError
from platform_core.api.json import RawJSON
from platform_core.api.operations import operation
from platform_core.api.preconditions import if_match_of, tagged
from platform_core.api.views import TenonAPIView
from platform_core.members.permissions import ViewClassPermission, all_permissions
from platform_core.tasks.api import examples
from platform_core.tasks.api.serializers import DraftSerializer, DraftWriteSerializer
from platform_core.tasks.queries.drafts import own_drafts_json
from platform_core.tasks.queries.visible import visible_annotation, visible_task
from platform_core.tasks.services.drafts import SavedDraft, change_draft, delete_draft, own_draft, save_draft

TAG = "Drafts"


def _answer(draft: SavedDraft, *, status: int = 200) -> Response:
    return tagged(RawJSON(draft.content), draft.version, status=status)


class TaskDraftListAPI(TenonAPIView):
    """One's drafts of a task."""

    serializer_class = DraftWriteSerializer
    pagination_class = None
    permission_required = ViewClassPermission(
        GET=all_permissions.annotations_view, POST=all_permissions.annotations_create
    )

    @operation(
        tag=TAG, summary="List one's drafts of a task", response=DraftSerializer(many=True), example=[examples.DRAFT]
    )
    def get(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        """Return the member's own drafts of the task and of its annotations."""
        visible_task(self.principal, pk)
        return _array(own_drafts_json(self.principal, pk, None))

    @operation(
        tag=TAG,
        summary="Save a draft of a task",
        description=(
            "Save one's draft of a task. There is one, so a second save overwrites it; with `version` only when it "
            "has that version. `was_postponed` puts the task off until nothing else is left, and gives up its lock."
        ),
        request=DraftWriteSerializer,
        response=DraftSerializer,
        status=201,
        example=examples.DRAFT,
        request_example=examples.NEW_DRAFT,
        errors=(412,),
    )
    def post(self, request: Request, pk: int) -> Response:
        """Save a draft of a new annotation."""
        values: dict[str, Any] = self.validated(request)
        return _answer(save_draft(task_id=pk, annotation_id=None, values=values, actor=self.principal), status=201)


class AnnotationDraftListAPI(TenonAPIView):
    """One's draft of an annotation."""

    serializer_class = DraftWriteSerializer
    pagination_class = None
    permission_required = ViewClassPermission(
        GET=all_permissions.annotations_view, POST=all_permissions.annotations_create
    )

    @operation(
        tag=TAG,
        summary="List one's drafts of an annotation",
        response=DraftSerializer(many=True),
        example=[examples.DRAFT],
    )
    def get(self, request: Request, pk: int, annotation_pk: int) -> Response:  # noqa: ARG002
        """Return the member's own draft of the annotation, if any."""
        if visible_annotation(self.principal, annotation_pk).task_id != pk:
            raise NotFoundError(f"Task {pk} has no annotation {annotation_pk}.")
        return _array(own_drafts_json(self.principal, pk, annotation_pk))

    @operation(
        tag=TAG,
        summary="Save a draft of an annotation",
        request=DraftWriteSerializer,
        response=DraftSerializer,
        status=201,
        example=examples.DRAFT,
        request_example=examples.NEW_DRAFT,
        errors=(412,),
    )
    def post(self, request: Request, pk: int, annotation_pk: int) -> Response:
        """Save a draft of a change of the annotation; the change consumes it."""
        values: dict[str, Any] = self.validated(request)
        draft = save_draft(task_id=pk, annotation_id=annotation_pk, values=values, actor=self.principal)
        return _answer(draft, status=201)


class DraftAPI(TenonAPIView):
    """One draft."""

    serializer_class = DraftWriteSerializer
    permission_required = ViewClassPermission(
        GET=all_permissions.annotations_view,
        PATCH=all_permissions.annotations_create,
        DELETE=all_permissions.annotations_create,
    )

    @operation(tag=TAG, summary="Get a draft", response=DraftSerializer, example=examples.DRAFT)
    def get(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        """Return one of the member's own drafts."""
        return _answer(own_draft(self.principal, pk))

    @operation(
        tag=TAG,
        summary="Save a draft again",
        description=(
            "Save a draft again. With `version` or `If-Match`, a draft that was saved from somewhere else meanwhile "
            "is left alone and the answer is 412."
        ),
        request=DraftWriteSerializer(partial=True),
        response=DraftSerializer,
        example=examples.DRAFT,
        request_example=examples.NEW_DRAFT,
        errors=(412,),
    )
    def patch(self, request: Request, pk: int) -> Response:
        """Change fields of a draft."""
        values = self.validated(request, partial=True)
        return _answer(change_draft(draft_id=pk, values=values, actor=self.principal, if_match=if_match_of(request)))

    @operation(tag=TAG, summary="Delete a draft", status=204, errors=(412,))
    def delete(self, request: Request, pk: int) -> Response:
        """Throw a draft away."""
        delete_draft(draft_id=pk, actor=self.principal, if_match=if_match_of(request))
        return Response(status=204)


def _array(rows: list[bytes]) -> Response:
    return Response(RawJSON(b"[" + b",".join(rows) + b"]"))
