"""The inbox of the acting member: nobody reads another's."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.sdk.views import TenonAPIView, ViewClassPermission, operation
from tenon_notifications import services
from tenon_notifications.api.serializers import (
    INBOX_PARAMETERS,
    InboxQuerySerializer,
    InboxSerializer,
    NotificationSerializer,
    PreferenceSerializer,
    PreferencesSerializer,
    ReadAllSerializer,
    ReadSerializer,
)
from tenon_notifications.queries import inbox_of, wishes_of

TAG = "Notifications"
OWN = "notifications.inbox.own"
EXAMPLE: dict[str, Any] = {
    "id": 7,
    "type": "tasks.imported",
    "text": "Import 3 into project 12 is finished: 5000 tasks.",
    "data": {"project": 12, "import": 3, "tasks": 5000, "member": 1},
    "occurred_at": "2026-01-15T12:00:00.000000Z",
    "read_at": None,
}
WISH = {"type": "tasks.imported", "description": "an import was committed", "enabled": True}


class InboxAPI(TenonAPIView):
    """All notifications."""

    permission_required = ViewClassPermission(GET=OWN)
    serializer_class = InboxSerializer
    pagination_class = None

    @operation(
        tag=TAG,
        summary="Read one's inbox",
        response=InboxSerializer,
        example={"unread": 1, "next_before_id": None, "results": [EXAMPLE]},
        parameters=INBOX_PARAMETERS,
    )
    def get(self, request: Request) -> Response:
        """Return a page, newest first."""
        query = InboxQuerySerializer(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        wanted = query.validated_data
        inbox = inbox_of(self.principal, unread=wanted.get("unread"))
        if "before_id" in wanted:
            inbox = inbox.filter(pk__lt=wanted["before_id"])
        size = wanted["page_size"]
        rows = list(inbox[: size + 1])
        more, rows = len(rows) > size, rows[:size]
        page = {
            "unread": inbox_of(self.principal, unread=True).count(),
            "next_before_id": rows[-1].pk if more else None,
            "results": rows,
        }
        return Response(InboxSerializer(page).data)


class NotificationAPI(TenonAPIView):
    """One notification."""

    permission_required = ViewClassPermission(PATCH=OWN)
    serializer_class = ReadSerializer

    @operation(
        tag=TAG,
        summary="Say that a notification was read, or was not",
        request=ReadSerializer,
        request_example={"read": True},
        response=NotificationSerializer,
        example={**EXAMPLE, "read_at": "2026-01-15T12:05:00.000000Z"},
    )
    def patch(self, request: Request, pk: int) -> Response:
        """Mark it."""
        read = self.validated(request)["read"]
        marked = services.mark_read(actor=self.principal, notification_id=pk, read=read)
        return Response(NotificationSerializer(marked).data)


class ReadAllAPI(TenonAPIView):
    """The whole inbox."""

    permission_required = ViewClassPermission(POST=OWN)
    serializer_class = ReadAllSerializer

    @operation(tag=TAG, summary="Say that all notifications were read", response=ReadAllSerializer, example={"read": 3})
    def post(self, request: Request) -> Response:  # noqa: ARG002
        """Mark them."""
        return Response({"read": services.mark_all_read(actor=self.principal)})


class PreferencesAPI(TenonAPIView):
    """What one wants to be told of."""

    permission_required = ViewClassPermission(GET=OWN, PATCH=OWN)
    serializer_class = PreferencesSerializer
    pagination_class = None

    @operation(
        tag=TAG,
        summary="List the events that one may be told of",
        response=PreferenceSerializer(many=True),
        example=[WISH],
    )
    def get(self, request: Request) -> Response:  # noqa: ARG002
        """Return them with the member's wishes."""
        return Response(PreferenceSerializer(wishes_of(self.principal), many=True).data)

    @operation(
        tag=TAG,
        summary="Say of which events one wants to be told",
        description="What is not named stays as it is.",
        request=PreferencesSerializer,
        request_example={"preferences": {"tasks.imported": False}},
        response=PreferenceSerializer(many=True),
        example=[{**WISH, "enabled": False}],
    )
    def patch(self, request: Request) -> Response:
        """Keep the wishes."""
        services.set_preferences(actor=self.principal, wishes=self.validated(request)["preferences"])
        return Response(PreferenceSerializer(wishes_of(self.principal), many=True).data)
