"""Routes that both the organizations' hosts and the public host have."""

from django.urls import path

from platform_core.api.version import VersionAPI

urlpatterns = [path("api/version/", VersionAPI.as_view(), name="version")]
