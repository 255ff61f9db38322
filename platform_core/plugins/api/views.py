"""REST views of plugins."""

import time
from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.conf import settings
from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.api.errors import PermissionDeniedError, ValidationFailedError
from platform_core.api.operations import operation
from platform_core.api.views import TenonAPIView
from platform_core.events.actions import WebhookAction, api_webhook
from platform_core.jobs.waiting import wait_for_job
from platform_core.members.gate import memory
from platform_core.members.permissions import ViewClassPermission, all_permissions
from platform_core.plugins.api import examples
from platform_core.plugins.api.acts import request_disable, request_enable, request_purge_now
from platform_core.plugins.api.parameters import PROJECT, REHEARSE, WAIT, flag_of, number_of
from platform_core.plugins.api.serializers import (
    ActSerializer,
    EnableSerializer,
    PlanSerializer,
    PluginSerializer,
    PurgeSerializer,
    SettingsSerializer,
)
from platform_core.plugins.models import Activation, ActivationState
from platform_core.plugins.queries.catalogue import CatalogueEntry, catalogue, catalogue_entry
from platform_core.plugins.queries.enabled import forget_enabled_plugins
from platform_core.plugins.services.activation import ActivationFailedError, cancel_purge, request_purge
from platform_core.plugins.services.plans import shown_plan
from platform_core.plugins.services.settings import change_project_settings, change_settings, plugin_settings
from tenants.records import JobStatus
from tenants.short_memory import ShortMemory

TAG = "Plugins"


def _shown(entry: CatalogueEntry, principal: Any) -> dict[str, Any]:
    """Return an entry; reasons of failures are for those who manage plugins."""
    return asdict(entry) if principal.can(all_permissions.plugins_manage) else {**asdict(entry), "error": ""}


class PluginListAPI(TenonAPIView):
    """The catalogue of plugins."""

    serializer_class = PluginSerializer
    pagination_class = None
    permission_required = ViewClassPermission(GET=all_permissions.plugins_view)

    @operation(tag=TAG, summary="List plugins", response=PluginSerializer(many=True), example=[examples.PLUGIN])
    def get(self, request: Request) -> Response:  # noqa: ARG002
        """Return every installed plugin with its state in this organization."""
        return Response([_shown(entry, self.principal) for entry in catalogue()])


class PluginAPI(TenonAPIView):
    """One plugin."""

    serializer_class = PluginSerializer
    permission_required = ViewClassPermission(GET=all_permissions.plugins_view)

    @operation(tag=TAG, summary="Get a plugin", response=PluginSerializer, example=examples.PLUGIN)
    def get(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """Return a plugin with its state in this organization."""
        return Response(_shown(catalogue_entry(slug), self.principal))


class PluginPlanAPI(TenonAPIView):
    """The dry run of enabling a plugin."""

    serializer_class = PlanSerializer
    permission_required = ViewClassPermission(GET=all_permissions.plugins_manage, POST=all_permissions.plugins_manage)

    @operation(
        tag=TAG,
        summary="Plan enabling a plugin",
        description=(
            "Dependencies, what is asked and what of it is new, the SQL of the migrations with the tables and rows it "
            "touches, notes and what blocks. Changes nothing."
        ),
        response=PlanSerializer,
        example=examples.PLAN,
        parameters=[REHEARSE],
        errors=[409],
    )
    def get(self, request: Request, slug: str) -> Response:
        """Return the plan."""
        return Response(asdict(shown_plan(slug, actor=self.principal, with_rehearsal=flag_of(request, "rehearse"))))

    post = get


class ActAPI(TenonAPIView):
    """An act that a job does."""

    def answer(self, request: Request, slug: str, job_id: UUID) -> Response:
        """Answer 202 with the job; with `?wait=` 200 when it is done, or its failure."""
        seconds = _wait(request)
        row = wait_for_job(job_id, seconds) if seconds else None
        if row is not None and row.status == JobStatus.FAILED:
            error = (row.result or {}).get("error", {})
            raise ActivationFailedError(row.error, data={**error.get("data", {}), "plugin": slug, "job": str(job_id)})
        done = row is not None and row.status == JobStatus.COMPLETED
        if done:
            forget_enabled_plugins()
            memory.clear()
            if not settings.TENON_JOBS_INLINE_WAIT:
                # A worker did it, and other web processes may remember the old state for so long.
                time.sleep(ShortMemory.seconds)
        activation = Activation.objects.filter(pk=slug).first()
        body = {
            "plugin": slug,
            "state": activation.state if activation is not None else ActivationState.AVAILABLE,
            "job": str(job_id),
            "status": row.status if row is not None else JobStatus.QUEUED,
            "purge_due_at": activation.purge_due_at if activation is not None else None,
        }
        return Response(body, status=200 if done else 202)


def _wait(request: Request) -> float:
    text = request.query_params.get("wait", "0")
    if not (text.isascii() and text.isdigit()) or len(text) > 4:
        raise ValidationFailedError(validation_errors={"wait": ["A number of seconds is expected."]})
    return float(text)


class PluginEnableAPI(ActAPI):
    """Enables a plugin."""

    serializer_class = EnableSerializer
    permission_required = ViewClassPermission(POST=all_permissions.plugins_manage)

    @api_webhook(
        WebhookAction.PLUGIN_ENABLED,
        WebhookAction.PLUGIN_UPGRADED,
        WebhookAction.PLUGIN_CONSENTED,
        WebhookAction.JOB_FINISHED,
    )
    @operation(
        tag=TAG,
        summary="Enable or upgrade a plugin",
        description=(
            "Wants the hash of the plan that was agreed to, or its signed consent. A concurrent act, a stale plan or a "
            "stale consent is answered 409. The job's progress counts the steps; `/api/events/` streams it."
        ),
        request=EnableSerializer,
        response=ActSerializer,
        status=202,
        example=examples.ACT,
        request_example={"plan_hash": "5f0c5b1f"},
        parameters=[WAIT],
        errors=[409],
    )
    def post(self, request: Request, slug: str) -> Response:
        """Start enabling."""
        values = self.validated(request)
        job_id = request_enable(
            slug=slug, plan_hash=values.get("plan_hash"), consent=values.get("consent"), actor=self.principal
        )
        return self.answer(request, slug, job_id)


class PluginDisableAPI(ActAPI):
    """Disables a plugin."""

    serializer_class = ActSerializer
    permission_required = ViewClassPermission(POST=all_permissions.plugins_manage)

    @api_webhook(WebhookAction.PLUGIN_DISABLED, WebhookAction.JOB_FINISHED)
    @operation(
        tag=TAG,
        summary="Disable a plugin",
        description="Hides the plugin: routes, hooks, permissions and jobs. Its data stay.",
        response=ActSerializer,
        status=202,
        example={**examples.ACT, "state": "enabled"},
        parameters=[WAIT],
        errors=[409],
    )
    def post(self, request: Request, slug: str) -> Response:
        """Start disabling."""
        return self.answer(request, slug, request_disable(slug=slug, actor=self.principal))


class PluginPurgeAPI(ActAPI):
    """Purges a plugin's data."""

    serializer_class = PurgeSerializer
    permission_required = ViewClassPermission(
        POST=all_permissions.plugins_manage, DELETE=all_permissions.plugins_manage
    )

    @api_webhook(WebhookAction.PLUGIN_PURGE_REQUESTED, WebhookAction.PLUGIN_PURGED, WebhookAction.JOB_FINISHED)
    @operation(
        tag=TAG,
        summary="Purge a plugin's data",
        description=(
            "Starts the retention clock of a disabled plugin; until it ends, DELETE takes it back. With `force`, "
            "which needs plugins.purge_now, everything goes at once: tables, migration rows, settings, permissions."
        ),
        request=PurgeSerializer,
        response=ActSerializer,
        status=202,
        example={
            **examples.ACT,
            "state": "purging",
            "job": None,
            "status": None,
            "purge_due_at": "2026-12-20T12:00:00.000000Z",
        },
        request_example={"confirm": "orders", "force": False},
        parameters=[WAIT],
        errors=[409],
    )
    def post(self, request: Request, slug: str) -> Response:
        """Start the clock, or purge now."""
        values = self.validated(request)
        if not values["force"]:
            activation = request_purge(slug=slug, confirm=values["confirm"], actor=self.principal)
            return Response(_act(activation), status=202)
        if not self.principal.can(all_permissions.plugins_purge_now):
            raise PermissionDeniedError(data={"permission": all_permissions.plugins_purge_now})
        return self.answer(request, slug, request_purge_now(slug=slug, confirm=values["confirm"], actor=self.principal))

    @api_webhook(WebhookAction.PLUGIN_PURGE_CANCELED)
    @operation(
        tag=TAG,
        summary="Take a purge back",
        response=ActSerializer,
        example={**examples.ACT, "state": "disabled", "job": None, "status": None},
        errors=[409],
    )
    def delete(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """Stop the retention clock."""
        return Response(_act(cancel_purge(slug=slug, actor=self.principal)))


def _act(activation: Activation) -> dict[str, Any]:
    return {
        "plugin": activation.slug,
        "state": activation.state,
        "job": None,
        "status": None,
        "purge_due_at": activation.purge_due_at,
    }


class PluginSettingsAPI(TenonAPIView):
    """Settings of a plugin."""

    serializer_class = SettingsSerializer
    permission_required = ViewClassPermission(GET=all_permissions.plugins_manage, PUT=all_permissions.plugins_manage)

    @operation(
        tag=TAG,
        summary="Get a plugin's settings",
        response=SettingsSerializer,
        example=examples.SETTINGS,
        parameters=[PROJECT],
    )
    def get(self, request: Request, slug: str) -> Response:
        """Return values, version and schema."""
        project = number_of(request, "project", default=None)
        return Response(asdict(plugin_settings(slug, project_id=project)))

    @api_webhook(WebhookAction.PLUGIN_SETTINGS_CHANGED)
    @operation(
        tag=TAG,
        summary="Change a plugin's settings",
        description=(
            "Replaces the values. With `project` those that this project sets otherwise, key by key of the top level; "
            "an empty object lets it follow the organization again."
        ),
        parameters=[PROJECT],
        request=SettingsSerializer,
        response=SettingsSerializer,
        example=examples.SETTINGS,
        request_example={"values": {"currency": "EUR"}},
    )
    def put(self, request: Request, slug: str) -> Response:
        """Replace the values."""
        values = self.validated(request)["values"]
        project = number_of(request, "project", default=None)
        if project is None:
            return Response(asdict(change_settings(slug=slug, values=values, actor=self.principal)))
        state = change_project_settings(slug=slug, project_id=project, values=values, actor=self.principal)
        return Response(asdict(state))
