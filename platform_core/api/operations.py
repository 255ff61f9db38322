"""How a view describes itself: one decorator that makes summary, bodies, errors and examples mandatory."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers

Function = TypeVar("Function", bound=Callable[..., Any])


class ErrorSerializer(serializers.Serializer[Any]):
    """Body of every error: Label Studio's keys, then a stable `code` and typed `data`."""

    id = serializers.UUIDField(help_text="Identifier of this answer, found again in the log.")
    status_code = serializers.IntegerField(help_text="HTTP status.")
    version = serializers.CharField(help_text="Version of the platform.")
    detail = serializers.CharField(help_text="What is wrong, with what, and what to do.")
    exc_info = serializers.CharField(allow_null=True, help_text="Always null; kept for Label Studio's clients.")
    validation_errors = serializers.DictField(
        child=serializers.ListField(child=serializers.JSONField()), required=False, help_text="Field name to messages."
    )
    code = serializers.CharField(help_text="Stable machine-readable name of the case.")
    data = serializers.DictField(  # type: ignore[assignment]  # a field of this name hides the serializer's property
        help_text="Typed facts of the case."
    )


_ERROR_WORDS = {
    400: "Bad input: nothing was written.",
    401: "No credential, or one that is not valid here.",
    403: "The credential lacks the permission.",
    404: "Unknown or invisible object.",
    405: "Not for this object.",
    409: "The state of the object forbids it.",
    412: "The object was changed since the `ETag` of `If-Match` was read.",
    413: "The body is over the limit.",
    415: "This content type is not read here.",
    416: "The range is not within the file.",
    429: "Too many attempts.",
    503: "Not available now.",
}
ALWAYS_POSSIBLE = (400, 401, 403, 404, 405, 415, 429)


def operation(
    *,
    tag: str,
    summary: str,
    response: Any = None,
    request: Any = None,
    status: int = 200,
    example: Any = None,
    request_example: Any = None,
    description: str = "",
    parameters: Sequence[OpenApiParameter] = (),
    errors: Sequence[int] = (),
    media_type: str = "application/json",
    partial: bool = False,
) -> Callable[[Function], Function]:
    """Describe one operation of a view.

    Args:
        tag: resource it belongs to.
        response: serializer of the success body; None for an empty body.
        example: success body as JSON; needed unless the body is empty.
        request_example: request body as JSON; needed when `request` is given.
        errors: statuses beyond those that every operation may answer.
        media_type: of the success body; `*/*` where it depends on the object.
        partial: the header `Range` is answered with 206.
    """
    examples = []
    if example is not None:
        examples.append(
            OpenApiExample(
                "Answer",
                value=example,
                response_only=True,
                status_codes=[str(status), *(["206"] if partial else [])],
                media_type=media_type,
            )
        )
    if request_example is not None:
        examples.append(OpenApiExample("Request", value=request_example, request_only=True))
    responses: dict[Any, Any] = {(status, media_type) if response is not None else status: response}
    if response is None:
        responses = {status: OpenApiResponse(description="Done; the body is empty.")}
    if partial:
        responses[(206, media_type)] = OpenApiResponse(response, description="The part that `Range` asks for.")
    for code in sorted({*ALWAYS_POSSIBLE, *errors}):
        responses[code] = OpenApiResponse(ErrorSerializer, description=_ERROR_WORDS[code])
    return extend_schema(
        tags=[tag],
        summary=summary,
        description=description or summary,
        request=request,
        responses=responses,
        examples=examples,
        parameters=list(parameters),
    )
