"""The routes `bulk_create/`, `bulk_update/` and `bulk_delete/` of a `BulkResource`."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.api.bulk import BulkOutcome, BulkResource
from platform_core.api.operations import operation
from platform_core.api.views import TenonAPIView
from platform_core.members.permissions import ViewClassPermission
from platform_core.plugins.registrations import RouteSpec

PARTIAL = OpenApiParameter("partial", bool, description="Write the items that are right and report the others.")


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkPermissions:
    """Codenames that the three acts ask for."""

    create: str
    update: str
    delete: str


class ItemErrorSerializer(serializers.Serializer[Any]):
    """What is wrong with one item."""

    index = serializers.IntegerField(help_text="Its place in the request, from 0.")
    key = serializers.JSONField(allow_null=True, help_text="Id of the row that it is about; null for a new one.")
    errors = serializers.DictField(  # type: ignore[assignment]  # a field of this name hides the serializer's property
        help_text="Field to messages."
    )


def bulk_routes(
    resource: type[BulkResource],
    *,
    path: str,
    name: str,
    tag: str,
    permissions: BulkPermissions,
    example: dict[str, Any],
    request_example: dict[str, Any],
) -> tuple[RouteSpec, ...]:
    """Return the three routes of a resource.

    Args:
        path: of the resource, with a trailing slash.
        name: of the resource in URL names, in kebab-case: `product` makes `product-bulk-create` and so on.
        tag: of the operations, mostly the plugin's slug.
        example: a row as answers have it.
        request_example: a new row as requests have it.
    """
    found = []
    for act, view in _views(resource, name=name, tag=tag, permissions=permissions, bodies=(example, request_example)):
        found.append(RouteSpec(path=f"{path}bulk_{act}/", view=view, name=f"{name}-bulk-{act}"))
    return tuple(found)


def _views(
    resource: type[BulkResource],
    *,
    name: str,
    tag: str,
    permissions: BulkPermissions,
    bodies: tuple[dict[str, Any], dict[str, Any]],
) -> Iterator[tuple[str, type[TenonAPIView]]]:
    row, new = bodies
    changed = {"id": row.get("id"), **new}
    answer = type(
        f"{resource.__name__}AnswerSerializer",
        (serializers.Serializer,),
        {
            "results": resource.serializer_class(many=True, help_text="The rows, in the order of the items."),
            "errors": ItemErrorSerializer(many=True, help_text="Of the items that were left out."),
            "__doc__": "What was written, and what was not.",
        },
    )
    made = {"results": [row], "errors": []}
    gone = {"results": [row.get("id")], "errors": []}
    many, keys = resource.serializer_class(many=True), serializers.ListField(child=serializers.JSONField())
    shared: dict[str, Any] = {"tag": tag, "parameters": [PARTIAL], "errors": [413]}
    acts = (
        _Act("create", "POST", permissions.create, 201, {"request": many, "request_example": [new], "example": made}),
        _Act(
            "update", "PATCH", permissions.update, 200, {"request": many, "request_example": [changed], "example": made}
        ),
        _Act(
            "delete",
            "DELETE",
            permissions.delete,
            200,
            {"request": keys, "request_example": [row.get("id")], "example": gone, "response": DeletedSerializer},
        ),
    )
    for act in acts:
        words = {"summary": f"{act.name.capitalize()} many: {name}", "response": answer, "status": act.status}
        yield act.name, _view(resource, act, operation(**shared, **{**words, **act.bodies}))


@dataclass(frozen=True, slots=True)
class _Act:
    """One of the three: its name, method, codename, status and bodies."""

    name: str
    method: str
    codename: str
    status: int
    bodies: dict[str, Any]


class DeletedSerializer(serializers.Serializer[Any]):
    """What was deleted, and what was not."""

    results = serializers.ListField(child=serializers.JSONField(), help_text="Ids of the rows that are gone.")
    errors = ItemErrorSerializer(  # type: ignore[assignment]  # a field of this name hides the serializer's property
        many=True, help_text="Of the items that were left out."
    )


def _view(resource: type[BulkResource], act: _Act, described: Callable[[Any], Any]) -> type[TenonAPIView]:
    def answer(self: TenonAPIView, request: Request) -> Response:
        partial = request.query_params.get("partial", "").lower() in {"1", "true", "yes"}
        outcome: BulkOutcome = getattr(resource(self.principal), f"bulk_{act.name}")(request.data, partial=partial)
        rows = [row for _index, row in outcome.rows]
        shown = rows if act.name == "delete" else resource.serializer_class(rows, many=True).data
        return Response({"results": shown, "errors": [asdict(error) for error in outcome.errors]}, status=act.status)

    answer.__doc__ = f"{act.name.capitalize()} many rows: all of them or none, unless `partial` is asked for."
    answer.__name__ = act.method.lower()
    attributes = {
        "__doc__": f"{act.name.capitalize()} many rows.",
        "__module__": resource.__module__,
        "permission_required": ViewClassPermission(**{act.method: act.codename}),
        "serializer_class": resource.serializer_class,
        "pagination_class": None,
        act.method.lower(): described(answer),
    }
    return type(f"{resource.__name__}{act.name.capitalize()}API", (TenonAPIView,), attributes)
