"""Routes of an organization's host."""

from django.urls import URLPattern, URLResolver, include, path

handler400 = "platform_core.api.boundary.bad_request"
handler403 = "platform_core.api.boundary.permission_denied"
handler404 = "platform_core.api.boundary.not_found"
handler500 = "platform_core.api.boundary.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("platform_core.tasks.api.urls")),
    path("", include("platform_core.projects.api.urls")),
    path("", include("platform_core.members.api.urls")),
    path("", include("platform_core.jobs.api.urls")),
    path("", include("platform_core.events.api.urls")),
    path("", include("platform_core.api.urls")),
    path("", include("platform_core.plugins.api.urls")),
]
