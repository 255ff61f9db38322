"""Routes below `/api/webhooks/`."""

from platform_core.sdk import RouteSpec

_VIEWS = "tenon_webhooks.api.views"
_LOG = "tenon_webhooks.api.log_views"

ROUTES = (
    RouteSpec(path="", view=f"{_VIEWS}.WebhookListAPI", name="webhook-list"),
    RouteSpec(path="info/", view=f"{_VIEWS}.WebhookInfoAPI", name="webhook-info"),
    RouteSpec(path="<int:pk>/", view=f"{_VIEWS}.WebhookAPI", name="webhook-detail"),
    RouteSpec(path="<int:pk>/secret/", view=f"{_VIEWS}.WebhookSecretAPI", name="webhook-secret"),
    RouteSpec(path="<int:pk>/test/", view=f"{_LOG}.WebhookTestAPI", name="webhook-test"),
    RouteSpec(path="<int:pk>/deliveries/", view=f"{_LOG}.DeliveryListAPI", name="delivery-list"),
    RouteSpec(path="deliveries/<uuid:pk>/", view=f"{_LOG}.DeliveryAPI", name="delivery-detail"),
    RouteSpec(path="deliveries/<uuid:pk>/replay/", view=f"{_LOG}.DeliveryReplayAPI", name="delivery-replay"),
)
