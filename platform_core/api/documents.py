"""`/api/schema/`, `/docs/`, `/redoc/` and the static files of those pages: from packages, never from a CDN."""

from pathlib import Path
from typing import Final

from django.contrib.staticfiles import finders
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.views import View
from drf_spectacular.types import OpenApiTypes
from rest_framework.request import Request

from platform_core.api.openapi import document_for
from platform_core.api.operations import operation
from platform_core.api.views import TenonAPIView
from platform_core.members.permissions import PUBLIC, ViewClassPermission
from platform_core.plugins.queries.enabled import enabled_plugins
from tenants.scope import current_organization_or_none

ASSETS: Final = ("drf_spectacular_sidecar/", "tenon/")
PAGE_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; "
    "font-src 'self'; worker-src blob:; base-uri 'none'; frame-ancestors 'none'"
)


class SchemaAPI(TenonAPIView):
    """The OpenAPI document of this host. It holds nothing of the organization but the names of enabled plugins."""

    permission_required = ViewClassPermission(GET=PUBLIC)

    @operation(
        tag="Documentation",
        summary="Get the OpenAPI document",
        description="Routes of the core and of the plugins that are enabled here. Send If-None-Match to save bytes.",
        response=OpenApiTypes.OBJECT,
        example={"openapi": "3.0.3", "info": {"title": "Tenon"}, "paths": {}},
    )
    def get(self, request: Request) -> HttpResponse:
        """Return the document, or 304."""
        enabled = enabled_plugins() if current_organization_or_none() is not None else frozenset()
        urlconf = getattr(request, "urlconf", None) or "platform_core.urls.tenant"
        document = document_for(urlconf, enabled)
        if request.headers.get("If-None-Match") == document.etag:
            return HttpResponseNotModified(headers={"ETag": document.etag})
        return HttpResponse(
            document.content,
            content_type="application/json",
            headers={"ETag": document.etag, "Cache-Control": "no-cache"},
        )


class DocumentationPage(View):
    """A page that shows the OpenAPI document."""

    template = ""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Render the page."""
        response = render(request, self.template)
        response["Content-Security-Policy"] = PAGE_POLICY
        return response


class DocsPage(DocumentationPage):
    """Swagger UI, for trying."""

    template = "docs.html"


class RedocPage(DocumentationPage):
    """Redoc, for reading."""

    template = "redoc.html"


class AssetView(View):
    """Static files of the pages."""

    def get(self, request: HttpRequest, name: str) -> FileResponse:  # noqa: ARG002
        """Send one file of an allowed folder.

        Raises:
            Http404: it is none.
        """
        found = finders.find(name) if name.startswith(ASSETS) and ".." not in name else None
        if not isinstance(found, str) or not Path(found).is_file():
            raise Http404
        response = FileResponse(Path(found).open("rb"))  # noqa: SIM115  (the response closes it)
        response["Cache-Control"] = "public, max-age=86400"
        return response
