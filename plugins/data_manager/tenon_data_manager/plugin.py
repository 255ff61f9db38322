"""The object that the entry point names: every hook of the plugin, each one line away from where the work is done."""

from collections.abc import Sequence

from platform_core.sdk import EventTypeSpec, RouteSpec, TaskActionSpec, TaskQuerySourceSpec, hookimpl
from tenon_data_manager.actions import ACTIONS
from tenon_data_manager.event_types import EVENT_TYPES
from tenon_data_manager.routes import ROUTES
from tenon_data_manager.sources import VIEWS


class DataManagerPlugin:
    """Hook implementations; what each hook means is specified by the sdk."""

    @hookimpl
    def register_routes(self) -> Sequence[RouteSpec]:
        """Views, columns, the project's state and actions."""
        return ROUTES

    @hookimpl
    def register_event_types(self) -> Sequence[EventTypeSpec]:
        """Views that were stored, changed, deleted."""
        return EVENT_TYPES

    @hookimpl
    def register_task_actions(self) -> Sequence[TaskActionSpec]:
        """What Label Studio's data manager can do, and a little more."""
        return ACTIONS

    @hookimpl
    def register_task_query_sources(self) -> Sequence[TaskQuerySourceSpec]:
        """Stored views, as `GET /api/tasks/?view=5` names them."""
        return [VIEWS]


plugin = DataManagerPlugin()
