"""The audit, for those who may read it."""

from datetime import datetime

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.api.operations import operation
from platform_core.api.views import TenonAPIView
from platform_core.events.api.serializers import AuditEntrySerializer, AuditFilterSerializer, AuditPageSerializer
from platform_core.events.queries import AuditFilter, audit_entries
from platform_core.members.permissions import ViewClassPermission, all_permissions

EXAMPLE = {
    "next": None,
    "results": [
        {
            "id": 12,
            "action": "project.created",
            "target_type": "project",
            "target_id": "3",
            "actor": 1,
            "actor_email": "ada@example.com",
            "data": {"title": "Reports"},
            "request_id": "5e0c7d1f2a3b4c5d6e7f8091a2b3c4d5",
            "ip_address": "192.0.2.7",
            "created_at": "2026-01-15T12:00:00.000000Z",
        }
    ],
}


PARAMETERS = [
    OpenApiParameter("actor", int, description="Member id of who acted."),
    OpenApiParameter("action", str, description="Such as project.created."),
    OpenApiParameter("target_type", str, description="Kind of the object."),
    OpenApiParameter("target_id", str, description="Identifier of the object."),
    OpenApiParameter("since", datetime, description="From this time on."),
    OpenApiParameter("until", datetime, description="Before this time."),
    OpenApiParameter("before_id", int, description="Older than this entry."),
    OpenApiParameter("page_size", int, description="Entries a page, 100 unless told, at most 1000."),
]


class AuditListAPI(TenonAPIView):
    """Audit entries, newest first, paged by id."""

    serializer_class = AuditEntrySerializer
    pagination_class = None
    permission_required = ViewClassPermission(GET=all_permissions.audit_view)

    @operation(
        tag="Audit",
        summary="List audit entries, newest first",
        description="Follow `next` for older entries; entries that come in meanwhile never shift a page.",
        response=AuditPageSerializer,
        example=EXAMPLE,
        parameters=PARAMETERS,
    )
    def get(self, request: Request) -> Response:
        """Answer one page."""
        query = AuditFilterSerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        values = dict(query.validated_data)
        size: int = values.pop("page_size")
        rows = list(audit_entries(AuditFilter(**values))[: size + 1])
        shown = rows[:size]
        older = self._link(request, shown[-1].pk) if len(rows) > size else None
        return Response({"next": older, "results": self.get_serializer(shown, many=True).data})

    def _link(self, request: Request, before_id: int) -> str:
        query = request.query_params.copy()
        query["before_id"] = str(before_id)
        return str(request.build_absolute_uri(f"{request.path}?{query.urlencode()}"))
