"""Packs, their values, and the label configs that use them."""

from typing import Any

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.sdk.views import TenonAPIView, ViewClassPermission, operation
from tenon_aviation import queries, services
from tenon_aviation.api import examples
from tenon_aviation.api.serializers import (
    NODE_PARAMETERS,
    NodeChangeSerializer,
    NodeQuerySerializer,
    NodeSerializer,
    PackSerializer,
    TemplateSerializer,
)
from tenon_aviation.label_configs import templates

TAG = "Aviation"
VIEW = "aviation.packs.view"
CHANGE = "aviation.packs.change"


class _ListAPI(TenonAPIView):
    def page_of(self, rows: QuerySet[Any, Any] | list[Any]) -> Response:
        page = self.paginate_queryset(rows)
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


class PackListAPI(_ListAPI):
    """All packs."""

    permission_required = ViewClassPermission(GET=VIEW)
    serializer_class = PackSerializer

    @operation(
        tag=TAG, summary="List taxonomy packs", response=PackSerializer(many=True), example=examples.page(examples.PACK)
    )
    def get(self, request: Request) -> Response:  # noqa: ARG002
        """Return a page of packs."""
        return self.page_of(queries.pack_rows())


class PackAPI(TenonAPIView):
    """One pack."""

    permission_required = ViewClassPermission(GET=VIEW)
    serializer_class = PackSerializer

    @operation(tag=TAG, summary="Read a taxonomy pack", response=PackSerializer, example=examples.PACK)
    def get(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        """Return the pack."""
        return Response(PackSerializer(queries.pack_row(pk=pk)).data)


class NodeListAPI(_ListAPI):
    """The values of one pack."""

    permission_required = ViewClassPermission(GET=VIEW)
    serializer_class = NodeSerializer

    @operation(
        tag=TAG,
        summary="List the values of a taxonomy pack",
        response=NodeSerializer(many=True),
        example=examples.page(examples.NODE),
        parameters=NODE_PARAMETERS,
    )
    def get(self, request: Request, pk: int) -> Response:
        """Return a page of values in pack order."""
        query = NodeQuerySerializer(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        return self.page_of(queries.node_rows(pack_id=pk, wanted=queries.NodeFilter(**query.validated_data)))


class NodeAPI(TenonAPIView):
    """One value."""

    permission_required = ViewClassPermission(GET=VIEW, PATCH=CHANGE)
    serializer_class = NodeSerializer

    @operation(tag=TAG, summary="Read a value of a taxonomy pack", response=NodeSerializer, example=examples.NODE)
    def get(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        """Return the value."""
        return Response(NodeSerializer(queries.node_row(pk=pk)).data)

    @operation(
        tag=TAG,
        summary="Take a value out of use, or back into use",
        request=NodeChangeSerializer,
        request_example={"active": False},
        response=NodeSerializer,
        example={**examples.NODE, "active": False},
    )
    def patch(self, request: Request, pk: int) -> Response:
        """Change the value; annotations that name it stay as they are."""
        change = NodeChangeSerializer(data=request.data)
        change.is_valid(raise_exception=True)
        services.set_node_active(actor=self.principal, node_id=pk, active=change.validated_data["active"])
        return Response(NodeSerializer(queries.node_row(pk=pk)).data)


class TemplateListAPI(_ListAPI):
    """Label configs for new projects."""

    permission_required = ViewClassPermission(GET=VIEW)
    serializer_class = TemplateSerializer

    @operation(
        tag=TAG,
        summary="List label-config templates",
        response=TemplateSerializer(many=True),
        example=examples.page(examples.TEMPLATE),
    )
    def get(self, request: Request) -> Response:  # noqa: ARG002
        """Return a page of templates."""
        return self.page_of(templates())
