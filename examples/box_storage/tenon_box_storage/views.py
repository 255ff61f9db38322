"""Looking into a box."""

from itertools import islice
from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.sdk import StorageContext
from platform_core.sdk.backends import open_storage
from platform_core.sdk.views import TenonAPIView, ViewClassPermission, operation

MOST_SHOWN = 100


class ItemSerializer(serializers.Serializer[Any]):
    """An object of a box."""

    key = serializers.CharField(help_text="Its name.")
    size = serializers.IntegerField(help_text="Bytes.")
    etag = serializers.CharField(help_text="Changes when the content does.")
    modified_at = serializers.DateTimeField(help_text="When it was last replaced (UTC).")


class QuerySerializer(serializers.Serializer[Any]):
    """Which objects are asked for."""

    box = serializers.CharField()
    prefix = serializers.CharField(required=False, default="")
    after = serializers.CharField(required=False, default="")


class ItemListAPI(TenonAPIView):
    """The objects of a box."""

    permission_required = ViewClassPermission(GET="box_storage.objects.view")
    serializer_class = ItemSerializer
    pagination_class = None

    @operation(
        tag="box_storage",
        summary="List the objects of a box",
        response=ItemSerializer(many=True),
        example=[{"key": "a.txt", "size": 5, "etag": "2cf24dba", "modified_at": "2026-11-20T12:00:00.000000Z"}],
        parameters=[
            OpenApiParameter("box", str, required=True, description="Name of the box."),
            OpenApiParameter("prefix", str, description="Only keys that begin like this."),
            OpenApiParameter("after", str, description="Only keys beyond this one."),
        ],
    )
    def get(self, request: Request) -> Response:
        """Return the first 100 objects, in order of keys."""
        query = QuerySerializer(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        wanted = query.validated_data
        context = StorageContext(organization=self.principal.organization, options={"box": wanted["box"]})
        store = open_storage("box_storage.box", context)
        found = store.objects(wanted["prefix"], after=wanted["after"], page=MOST_SHOWN)
        return Response(self.get_serializer(list(islice(found, MOST_SHOWN)), many=True).data)
