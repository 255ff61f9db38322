"""Routes that both the organizations' hosts and the public host have."""

from django.urls import path

from platform_core.api import documents
from platform_core.api.version import VersionAPI

urlpatterns = [
    path("api/version/", VersionAPI.as_view(), name="version"),
    path("api/schema/", documents.SchemaAPI.as_view(), name="schema"),
    path("docs/", documents.DocsPage.as_view(), name="docs"),
    path("redoc/", documents.RedocPage.as_view(), name="redoc"),
    path("static/<path:name>", documents.AssetView.as_view(), name="asset"),
]
