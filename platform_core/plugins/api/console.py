"""REST views of what a console shows beside the acts: health, impact, archives, history and tries of settings."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.api.errors import ValidationFailedError
from platform_core.api.file_answers import file_answer
from platform_core.api.operations import operation
from platform_core.api.views import TenonAPIView
from platform_core.events.actions import WebhookAction, api_webhook
from platform_core.files import organization_files
from platform_core.members.permissions import ViewClassPermission, all_permissions
from platform_core.plugins.api import console_examples as examples
from platform_core.plugins.api.acts import request_export, request_restore
from platform_core.plugins.api.console_serializers import (
    ArchiveSerializer,
    CheckSerializer,
    HealthSerializer,
    HistorySerializer,
    ImpactSerializer,
    RestoreSerializer,
    TrySerializer,
)
from platform_core.plugins.api.examples import ACT
from platform_core.plugins.api.parameters import PROJECT, WAIT, number_of
from platform_core.plugins.api.serializers import ActSerializer
from platform_core.plugins.api.views import TAG, ActAPI
from platform_core.plugins.queries.archives import archive_key, archive_of, archives_of
from platform_core.plugins.queries.catalogue import catalogue_entry
from platform_core.plugins.queries.health import LONGEST, plugin_health
from platform_core.plugins.queries.impact import plugin_impact
from platform_core.plugins.queries.settings_history import settings_history
from platform_core.plugins.services.settings import check_settings, plugin_settings

MOST_HOURS = int(LONGEST.total_seconds() // 3600)


class PluginHealthAPI(TenonAPIView):
    """How a plugin does here."""

    serializer_class = HealthSerializer
    permission_required = ViewClassPermission(GET=all_permissions.plugins_manage)

    @operation(
        tag=TAG,
        summary="Get a plugin's health",
        description=(
            "Calls of its hooks in this organization: how many, how long, how many failed, and the circuit breakers "
            "with the numbers at which they open. Processes write what they counted every ten seconds."
        ),
        response=HealthSerializer,
        example=examples.HEALTH,
        parameters=[
            OpenApiParameter("hours", int, description=f"How far back; 24 unless given, {MOST_HOURS} at most.")
        ],
    )
    def get(self, request: Request, slug: str) -> Response:
        """Return the figures."""
        hours = number_of(request, "hours", default=24)
        if not 1 <= hours <= MOST_HOURS:
            raise ValidationFailedError(validation_errors={"hours": [f"A number from 1 to {MOST_HOURS} is expected."]})
        catalogue_entry(slug)
        return Response(asdict(plugin_health(slug, hours=hours)))


class PluginImpactAPI(TenonAPIView):
    """What taking a plugin away would mean."""

    serializer_class = ImpactSerializer
    permission_required = ViewClassPermission(GET=all_permissions.plugins_manage)

    @operation(
        tag=TAG,
        summary="Get the impact of disabling or purging a plugin",
        description="Who needs it, which jobs run, which projects become read-only, and how much is stored.",
        response=ImpactSerializer,
        example=examples.IMPACT,
    )
    def get(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """Return it."""
        return Response(asdict(plugin_impact(slug)))


class PluginExportAPI(ActAPI):
    """Archives of a plugin's data."""

    serializer_class = ArchiveSerializer
    pagination_class = None
    permission_required = ViewClassPermission(GET=all_permissions.plugins_manage, POST=all_permissions.plugins_manage)

    @operation(
        tag=TAG,
        summary="List the archives of a plugin's data",
        response=ArchiveSerializer(many=True),
        example=[examples.ARCHIVE],
    )
    def get(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """Return those that can be downloaded, newest first."""
        catalogue_entry(slug)
        return Response([asdict(archive) for archive in archives_of(slug)])

    @api_webhook(WebhookAction.PLUGIN_EXPORTED, WebhookAction.JOB_FINISHED)
    @operation(
        tag=TAG,
        summary="Export a plugin's data",
        description=(
            "Writes an archive: JSON lines a table, the version of the tables, a digest of each. Secret settings are "
            "left out. Works for a disabled plugin, and for one whose code is gone."
        ),
        response=ActSerializer,
        status=202,
        example={**ACT, "state": "enabled"},
        parameters=[WAIT],
        errors=[409],
    )
    def post(self, request: Request, slug: str) -> Response:
        """Start writing."""
        return self.answer(request, slug, request_export(slug=slug, actor=self.principal))


class PluginArchiveAPI(TenonAPIView):
    """One archive."""

    serializer_class = ArchiveSerializer
    permission_required = ViewClassPermission(GET=all_permissions.plugins_manage)

    @operation(
        tag=TAG,
        summary="Download an archive of a plugin's data",
        description="`Range` with `If-Range` continues a download; the `ETag` is the SHA-256 of the file.",
        response=OpenApiTypes.ANY,
        media_type="application/zip",
        example="The bytes of the file.",
        partial=True,
        errors=[416],
    )
    def get(self, request: Request, slug: str, job_id: UUID) -> Any:
        """Return the file."""
        archive = archive_of(slug, job_id)
        return file_answer(
            request,
            organization_files().open(archive_key(slug, job_id)),
            filename=f"{slug}-{archive.created_at:%Y%m%d-%H%M%S}.zip",
            content_type="application/zip",
            digest=archive.digest,
            size=archive.size,
        )


class PluginImportAPI(ActAPI):
    """Reads a plugin's data back."""

    serializer_class = RestoreSerializer
    parser_classes = [MultiPartParser]
    permission_required = ViewClassPermission(POST=all_permissions.plugins_manage)

    @api_webhook(WebhookAction.PLUGIN_RESTORED, WebhookAction.JOB_FINISHED)
    @operation(
        tag=TAG,
        summary="Import a plugin's data",
        description=(
            "Reads an archive that an export wrote, all or nothing, into empty tables of the same version; with "
            "`replace` the rows that are there are deleted first. Foreign tables, paths, and entries that unpack to "
            "more than they should are refused."
        ),
        request=RestoreSerializer,
        request_example={"file": "orders.zip", "replace": False},
        response=ActSerializer,
        status=202,
        example={**ACT, "state": "enabled"},
        parameters=[WAIT],
        errors=[409, 413],
    )
    def post(self, request: Request, slug: str) -> Response:
        """Judge the archive and start reading."""
        values = self.validated(request)
        job_id = request_restore(slug=slug, file=values["file"], replace=values["replace"], actor=self.principal)
        return self.answer(request, slug, job_id)


class PluginSettingsHistoryAPI(TenonAPIView):
    """Who changed which setting when."""

    serializer_class = HistorySerializer
    pagination_class = None
    permission_required = ViewClassPermission(GET=all_permissions.plugins_manage)

    @operation(
        tag=TAG,
        summary="Get the history of a plugin's settings",
        description="Newest first, 50 at most; `before` asks for older ones. Secrets are named, never shown.",
        response=HistorySerializer(many=True),
        example=[examples.HISTORY],
        parameters=[PROJECT, OpenApiParameter("before", int, description="Versions below this one.")],
    )
    def get(self, request: Request, slug: str) -> Response:
        """Return the versions."""
        project = number_of(request, "project", default=None)
        plugin_settings(slug, project_id=project)
        history = settings_history(slug, project_id=project, before=number_of(request, "before", default=None))
        return Response([asdict(change) for change in history])


class PluginSettingsCheckAPI(TenonAPIView):
    """Tries settings out."""

    serializer_class = TrySerializer
    permission_required = ViewClassPermission(POST=all_permissions.plugins_manage)

    @operation(
        tag=TAG,
        summary="Try a plugin's settings out",
        description=(
            "Has the plugin check these values, or without any those that count now; nothing is saved. Secrets that "
            "are not sent are taken from what is saved. 404 where the plugin does not check settings."
        ),
        request=TrySerializer,
        response=CheckSerializer,
        example=examples.CHECK,
        request_example={"values": {"currency": "EUR"}},
        parameters=[PROJECT],
    )
    def post(self, request: Request, slug: str) -> Response:
        """Return what the plugin found."""
        values = self.validated(request).get("values")
        issues = check_settings(slug=slug, values=values, project_id=number_of(request, "project", default=None))
        return Response({"ok": not any(issue["severity"] == "error" for issue in issues), "issues": issues})
