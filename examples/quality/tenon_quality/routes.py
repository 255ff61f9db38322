"""Routes below `/api/quality/`. Views are named by path, so that this module imports none of them."""

from platform_core.sdk import RouteSpec

_VIEWS = "tenon_quality.api.views"

ROUTES = (
    RouteSpec(path="notes/", view=f"{_VIEWS}.NoteListAPI", name="note-list"),
    RouteSpec(path="notes/<int:pk>/", view=f"{_VIEWS}.NoteAPI", name="note-detail"),
    RouteSpec(path="contributions/", view=f"{_VIEWS}.ContributionListAPI", name="contribution-list"),
)
