"""The audit, for those who may read it."""

from datetime import datetime

from django.db import transaction
from django.http import StreamingHttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.api.operations import operation
from platform_core.api.spools import spooled
from platform_core.api.views import TenonAPIView
from platform_core.events.api.serializers import (
    CREDENTIALS,
    AuditEntrySerializer,
    AuditExportQuerySerializer,
    AuditPageQuerySerializer,
    AuditPageSerializer,
)
from platform_core.events.queries import AuditFilter, audit_csv, audit_entries, audit_json_lines
from platform_core.events.services import record_audit
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
            "credential": "api_key",
            "credential_id": "8f4e6c1e-2d53-4f4b-9d7e-2f9a3f7c9b10",
            "plugin": "",
            "request_id": "5e0c7d1f2a3b4c5d6e7f8091a2b3c4d5",
            "ip_address": "192.0.2.7",
            "user_agent": "label_studio_sdk/2.1.2",
            "created_at": "2026-01-15T12:00:00.000000Z",
        }
    ],
}


PARAMETERS = [
    OpenApiParameter("actor", int, description="Member id of who acted."),
    OpenApiParameter("action", str, description="Such as project.created, or project.* for all of a kind."),
    OpenApiParameter("target_type", str, description="Kind of the object."),
    OpenApiParameter("target_id", str, description="Identifier of the object."),
    OpenApiParameter("plugin", str, description="Slug of the plugin that acted; blank for the core."),
    OpenApiParameter("credential", str, enum=CREDENTIALS, description="Kind of the credential."),
    OpenApiParameter("request_id", str, description="What one request did."),
    OpenApiParameter("ip_address", str, description="Address the request came from."),
    OpenApiParameter("since", datetime, description="From this time on."),
    OpenApiParameter("until", datetime, description="Before this time."),
    OpenApiParameter("before_id", int, description="Older than this entry."),
]
PAGE_SIZE = OpenApiParameter("page_size", int, description="Entries a page, 100 unless told, at most 1000.")
FORMAT = OpenApiParameter("format", str, enum=("csv", "jsonl"), description="A table, or JSON lines.")
TYPES = {"csv": "text/csv", "jsonl": "application/jsonl"}


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
        parameters=[*PARAMETERS, PAGE_SIZE],
    )
    def get(self, request: Request) -> Response:
        """Answer one page."""
        query = AuditPageQuerySerializer(data=request.query_params)
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


class AuditExportAPI(TenonAPIView):
    """Audit entries as a file."""

    serializer_class = AuditEntrySerializer
    pagination_class = None
    permission_required = ViewClassPermission(GET=all_permissions.audit_view)

    @operation(
        tag="Audit",
        summary="Export audit entries, newest first",
        description="All entries that the filters find, however many; the export itself is an entry.",
        response=OpenApiTypes.BINARY,
        media_type="text/csv",
        example="id,created_at,action\r\n12,2026-01-15T12:00:00.000000Z,project.created\r\n",
        parameters=[*PARAMETERS, FORMAT],
    )
    def get(self, request: Request) -> StreamingHttpResponse:
        """Answer with the file."""
        query = AuditExportQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        values = dict(query.validated_data)
        kind: str = values.pop("format")
        facts = {"format": kind, "filters": {name: str(value) for name, value in values.items()}}
        with transaction.atomic():
            record_audit(actor=self.principal, action="audit.exported", target_type="audit", target_id="", data=facts)
        write = audit_csv if kind == "csv" else audit_json_lines
        # Half a table looks whole, so all is written before anything is sent.
        content = spooled(write(self.principal.organization, AuditFilter(**values)))
        name = f"audit-of-{self.principal.organization.slug}-at-{timezone.now():%Y-%m-%d-%H-%M}.{kind}"
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
        headers["Content-Length"] = str(content.size)
        return StreamingHttpResponse(content, content_type=TYPES[kind], headers=headers)
