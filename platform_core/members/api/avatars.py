"""`api/users/{id}/avatar/` and the pictures themselves, on Label Studio's paths."""

from typing import Any

from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.api.errors import PayloadTooLargeError
from platform_core.api.operations import operation
from platform_core.api.parsers import announced_length
from platform_core.api.views import TenonAPIView
from platform_core.files.sending import send_file
from platform_core.members.api.auth_bodies import DetailSerializer
from platform_core.members.permissions import ViewClassPermission, all_permissions
from platform_core.members.services.avatars import MAX_BYTES, delete_avatar, open_avatar, refuse_of_others, set_avatar

FORM_BYTES = 64 * 1024
"""What a form adds to the picture in it."""


class AvatarSerializer(serializers.Serializer[Any]):
    """A picture to show."""

    avatar = serializers.FileField(help_text="PNG, JPEG, GIF or WebP; at most 1 MB, and 1200 pixels a side.")


class AvatarAPI(TenonAPIView):
    """The picture of a member."""

    parser_classes = [MultiPartParser]
    permission_required = ViewClassPermission(
        POST=all_permissions.credentials_own, DELETE=all_permissions.credentials_own
    )
    serializer_class = AvatarSerializer

    @operation(
        tag="Users",
        summary="Set one's own picture",
        description="What the bytes are decides, not the name. The card of the user then says where the picture is.",
        request=AvatarSerializer,
        request_example={"avatar": "me.png"},
        response=DetailSerializer,
        example={"detail": "avatar saved"},
        errors=[413],
    )
    def post(self, request: Request, pk: int) -> Response:
        """Replace the picture."""
        refuse_of_others(member_id=pk, actor=self.principal)
        if announced_length(request) > MAX_BYTES + FORM_BYTES:
            raise PayloadTooLargeError(data={"limit": MAX_BYTES})
        file = self.validated(request)["avatar"]
        set_avatar(member_id=pk, content=file.read(MAX_BYTES + 1), actor=self.principal)
        return Response({"detail": "avatar saved"})

    @operation(
        tag="Users",
        summary="Take a picture away",
        description="One's own; somebody else's needs `members.change`.",
        status=204,
    )
    def delete(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        """Forget the picture."""
        delete_avatar(member_id=pk, actor=self.principal)
        return Response(status=204)


class AvatarFileAPI(TenonAPIView):
    """The bytes of a picture."""

    permission_required = ViewClassPermission(GET=all_permissions.organization_view)

    @operation(
        tag="Users",
        summary="Show a picture",
        description="Under the name that the card of the user says; nothing inside it can run in a browser.",
        response=OpenApiTypes.ANY,
        media_type="*/*",
        partial=True,
        errors=[416],
        example="The bytes of the picture.",
    )
    def get(self, request: Request, pk: int, name: str) -> HttpResponseBase:
        """Stream the picture."""
        file, size = open_avatar(member_id=pk, name=name)
        return send_file(file, name=name, size=size, asked_range=request.META.get("HTTP_RANGE"))
