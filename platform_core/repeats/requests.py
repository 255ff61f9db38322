"""The header `Idempotency-Key` in views: `@repeatable` on a method, or `once` where the body is a stream."""

import functools
import hashlib
from collections.abc import Callable
from typing import Any, Final, TypeVar

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.api.errors import ValidationFailedError
from platform_core.api.json import RawJSON
from platform_core.api.renderers import JSONRenderer
from platform_core.members.principal import Principal
from platform_core.repeats.services import Answer, answer_once

HEADER: Final = "Idempotency-Key"
REPLAYED: Final = "Idempotency-Replayed"
MAX_CHARS: Final = 255
CHUNK_BYTES: Final = 256 * 1024
# For the description of a method that is repeatable.
IDEMPOTENCY_KEY: Final = OpenApiParameter(
    HEADER,
    str,
    location=OpenApiParameter.HEADER,
    description="A text of your own. The same request with the same key within a day is done once, and answered alike.",
)
Method = TypeVar("Method", bound=Callable[..., Response])


def repeatable(method: Method) -> Method:
    """Let a method of a view that takes a small body honour the header."""

    @functools.wraps(method)
    def answer(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        # Read before REST framework does, which then reads from what was kept.
        body = request._request.body if HEADER in request.headers else b""  # noqa: SLF001
        return once(
            request, view.principal, make=lambda: method(view, request, *args, **kwargs), content=lambda: [body]
        )

    return answer  # type: ignore[return-value]  # the same signature


def once(
    request: Request, principal: Principal, *, make: Callable[[], Response], content: Callable[[], Any]
) -> Response:
    """Return the answer to a request, the kept one where the same request came before with the same key.

    Args:
        make: does what is asked for; called inside a transaction if the request has a key.
        content: returns the body's parts, bytes or files; called only if the request has a key. Files are read to
            their end and put back to their beginning.

    Raises:
        ValidationFailedError: the key is no printable ASCII text, or was used for another request.
    """
    key = request.headers.get(HEADER)
    if key is None:
        return make()
    if not 0 < len(key) <= MAX_CHARS or not key.isascii() or not key.isprintable():
        message = f"Up to {MAX_CHARS} printable ASCII characters are expected."
        raise ValidationFailedError(validation_errors={HEADER: [message]})
    match = request.resolver_match
    answer = answer_once(
        member_id=principal.id,
        key=key,
        route=f"{request.method} {match.view_name if match else ''}"[:200],
        digest=_digest(request, content()),
        make=lambda: _rendered(make()),
    )
    headers = {REPLAYED: "true"} if answer.replayed else None
    return Response(RawJSON(answer.content), status=answer.status, headers=headers)


def _rendered(response: Response) -> Answer:
    """Render inside the transaction, so that what cannot be rendered is not committed either."""
    return Answer(status=response.status_code, content=JSONRenderer().render(response.data))


def _digest(request: Request, parts: Any) -> str:
    digest = hashlib.sha256(f"{request.method} {request.get_full_path()}".encode())
    for part in parts:
        digest.update(b"\0")
        if isinstance(part, bytes):
            digest.update(part)
            continue
        while chunk := part.read(CHUNK_BYTES):
            digest.update(chunk)
        part.seek(0)
    return digest.hexdigest()
