"""`GET api/version/`: which platform answers, in the keys that Label Studio's clients read."""

from typing import Any, Final

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.api.operations import operation
from platform_core.api.views import TenonAPIView
from platform_core.members.permissions import PUBLIC, ViewClassPermission
from platform_core.version import VERSION

EDITION: Final = "Community"
"""The SDK exports synchronously for every edition but "Enterprise"."""

COMPONENTS: Final = (
    "label-studio-os-package",
    "label-studio-os-backend",
    "label-studio-frontend",
    "dm2",
    "label-studio-converter",
    "lsf",
    "backend",
)


class VersionSerializer(serializers.Serializer[Any]):
    """Versions of the platform and of the parts that Label Studio names."""

    release = serializers.CharField(help_text="Version of the platform.")
    edition = serializers.CharField(help_text="Always Community.")

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Add the parts, whose names are no identifiers."""
        parts = {name: serializers.DictField(help_text="Version of this part.") for name in COMPONENTS}
        return {**super().get_fields(), **parts}


def version_body() -> dict[str, Any]:
    """Return the answer."""
    part = {"version": VERSION}
    return {"release": VERSION, "edition": EDITION, **dict.fromkeys(COMPONENTS, part)}


class VersionAPI(TenonAPIView):
    """Which platform answers."""

    authentication_classes = []
    permission_required = ViewClassPermission(GET=PUBLIC)
    serializer_class = VersionSerializer

    @operation(
        tag="Version",
        summary="Show the version",
        response=VersionSerializer,
        example={"release": "0.1.0", "edition": "Community", **{name: {"version": "0.1.0"} for name in COMPONENTS}},
    )
    def get(self, request: Request) -> Response:  # noqa: ARG002
        """Answer with the version."""
        return Response(version_body())
