"""The object that the entry point names: every hook of the plugin, each one line away from where the work is done."""

from collections.abc import Mapping, Sequence
from typing import Any

from platform_core.sdk import DocumentPart, EventHandlerSpec, EventTypeSpec, Issue, RouteSpec, hookimpl
from tenon_webhooks.catalogue import EVENT_TYPES
from tenon_webhooks.description import DOCUMENT_PART
from tenon_webhooks.handlers import PREPARE
from tenon_webhooks.routes import ROUTES
from tenon_webhooks.services.hosts import try_settings


class WebhooksPlugin:
    """Hook implementations; what each hook means is specified by the sdk."""

    @hookimpl
    def register_routes(self) -> Sequence[RouteSpec]:
        """Webhooks and their log."""
        return ROUTES

    @hookimpl
    def register_event_types(self) -> Sequence[EventTypeSpec]:
        """A webhook was switched off."""
        return EVENT_TYPES

    @hookimpl
    def register_event_handlers(self) -> Sequence[EventHandlerSpec]:
        """Prepare messages."""
        return [PREPARE]

    @hookimpl
    def register_document_parts(self) -> Sequence[DocumentPart]:
        """The section `webhooks` of the OpenAPI document."""
        return [DOCUMENT_PART]

    @hookimpl
    def check_settings(self, values: Mapping[str, Any], project_id: int | None) -> Sequence[Issue]:
        """Say which hosts cannot be called, and which webhooks would stop."""
        return try_settings(values, project_id=project_id)


plugin = WebhooksPlugin()
