"""The object that the entry point names: every hook of the plugin, each one line away from where the work is done."""

from collections.abc import Sequence

from platform_core.sdk import EventHandlerSpec, RouteSpec, hookimpl
from tenon_notifications.handlers import NOTIFY
from tenon_notifications.routes import ROUTES


class NotificationsPlugin:
    """Hook implementations; what each hook means is specified by the sdk."""

    @hookimpl
    def register_routes(self) -> Sequence[RouteSpec]:
        """The inbox."""
        return ROUTES

    @hookimpl
    def register_event_handlers(self) -> Sequence[EventHandlerSpec]:
        """Write into inboxes."""
        return [NOTIFY]


plugin = NotificationsPlugin()
