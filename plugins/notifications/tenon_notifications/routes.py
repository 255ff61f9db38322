"""Routes below `/api/notifications/`."""

from platform_core.sdk import RouteSpec

_VIEWS = "tenon_notifications.api.views"

ROUTES = (
    RouteSpec(path="", view=f"{_VIEWS}.InboxAPI", name="inbox"),
    RouteSpec(path="read-all/", view=f"{_VIEWS}.ReadAllAPI", name="read-all"),
    RouteSpec(path="preferences/", view=f"{_VIEWS}.PreferencesAPI", name="preferences"),
    RouteSpec(path="<int:pk>/", view=f"{_VIEWS}.NotificationAPI", name="notification-detail"),
)
