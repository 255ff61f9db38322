"""Where a page asks for its stream of events, and is sent on to the process that streams."""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.api.operations import operation
from platform_core.api.views import TenonAPIView
from platform_core.events.streams import issue_ticket
from platform_core.members.permissions import ViewClassPermission, all_permissions

PATH = "/api/events/stream/"
MAX_DIGITS = 18


class NothingSerializer(serializers.Serializer[Any]):
    """An empty body."""


class EventStreamAPI(TenonAPIView):
    """The way to the stream of the acting member."""

    permission_required = ViewClassPermission(GET=all_permissions.events_view)
    serializer_class = NothingSerializer

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:  # noqa: ARG002
        """Take any Accept header: an EventSource asks for an event stream, which is what it gets in the end."""
        return super().perform_content_negotiation(request, force=True)

    @operation(
        tag="Events",
        summary="Open the stream of events",
        description=(
            "Answers 307 to an address with a ticket that works once, within 30 seconds. There Server-Sent Events "
            "come: messages to the member with an id, `job` for jobs that move, and a comment every 15 seconds. A page "
            "that comes back says by `Last-Event-ID` what it has seen, and gets what it missed of the last 24 hours."
        ),
        status=307,
        parameters=[
            OpenApiParameter("Last-Event-ID", int, OpenApiParameter.HEADER, description="Last message that was seen.")
        ],
    )
    def get(self, request: Request) -> Response:
        """Send the page to its stream."""
        text = request.headers.get("Last-Event-ID", "")
        last = int(text) if text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS else None
        ticket = issue_ticket(actor=self.principal, proof=_proof(self, request), last_event_id=last)
        headers = {"Location": f"{_base(request)}{PATH}?{urlencode({'ticket': ticket})}", "Cache-Control": "no-store"}
        return Response(status=307, headers=headers)


def _proof(view: TenonAPIView, request: Request) -> str:
    """Name the credential of the request: the row of a key or token, or the stored key of a session."""
    if view.principal.credential == "session":
        session: Any = request._request.session  # noqa: SLF001  (DRF offers no other way to the request)
        return str(session.stored_key)
    return str(view.principal.credential_id)


def _base(request: Request) -> str:
    """Return scheme, host and port of the process that streams; empty where a proxy sends its path there."""
    if not settings.TENON_EVENTS_PORT:
        return ""
    host = request.get_host()
    name = host.rsplit(":", 1)[0] if ":" in host and not host.endswith("]") else host
    return f"{request.scheme}://{name}:{settings.TENON_EVENTS_PORT}"
