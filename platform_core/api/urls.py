"""Routes of the API's own documentation, on every host."""

from django.urls import path

from platform_core.api import documents

urlpatterns = [
    path("api/schema/", documents.SchemaAPI.as_view(), name="schema"),
    path("docs/", documents.DocsPage.as_view(), name="docs"),
    path("redoc/", documents.RedocPage.as_view(), name="redoc"),
    path("static/<path:name>", documents.AssetView.as_view(), name="asset"),
]
