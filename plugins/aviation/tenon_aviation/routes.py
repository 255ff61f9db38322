"""Routes below `/api/aviation/`."""

from platform_core.sdk import RouteSpec

_VIEWS = "tenon_aviation.api.views"

ROUTES = (
    RouteSpec(path="packs/", view=f"{_VIEWS}.PackListAPI", name="pack-list"),
    RouteSpec(path="packs/<int:pk>/", view=f"{_VIEWS}.PackAPI", name="pack-detail"),
    RouteSpec(path="packs/<int:pk>/nodes/", view=f"{_VIEWS}.NodeListAPI", name="pack-node-list"),
    RouteSpec(path="nodes/<int:pk>/", view=f"{_VIEWS}.NodeAPI", name="node-detail"),
    RouteSpec(path="templates/", view=f"{_VIEWS}.TemplateListAPI", name="template-list"),
)
