"""Routes below `/api/dm/`, as Label Studio's clients use them. Views are named by path: none is imported here."""

from platform_core.sdk import RouteSpec

_VIEWS = "tenon_data_manager.api.views"
_ACTIONS = "tenon_data_manager.api.actions"

ROUTES = (
    RouteSpec(path="views/", view=f"{_VIEWS}.ViewListAPI", name="view-list"),
    RouteSpec(path="views/reset/", view=f"{_VIEWS}.ViewResetAPI", name="view-reset"),
    RouteSpec(path="views/order/", view=f"{_VIEWS}.ViewOrderAPI", name="view-order"),
    RouteSpec(path="views/<int:pk>/", view=f"{_VIEWS}.ViewAPI", name="view-detail"),
    RouteSpec(path="columns/", view=f"{_VIEWS}.ColumnListAPI", name="column-list"),
    RouteSpec(path="project/", view=f"{_VIEWS}.ProjectStateAPI", name="project-state"),
    RouteSpec(path="actions/", view=f"{_ACTIONS}.ActionListAPI", name="action-list"),
    RouteSpec(path="actions/<str:action>/form/", view=f"{_ACTIONS}.ActionFormAPI", name="action-form"),
)
