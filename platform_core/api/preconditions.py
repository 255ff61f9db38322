"""`ETag` and `If-Match`: a change is refused when somebody else was quicker.

The version of an object is the moment of its last change in microseconds; every write of it, and of what its answer
holds, moves that moment on.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.api.errors import PreconditionFailedError

HEADER: Final = "If-Match"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def etag_of(version: int) -> str:
    """Return the strong entity tag of a version."""
    return f'"{version:x}"'


def version_of(moment: datetime) -> int:
    """Return the version that a moment is: whole microseconds since 1970, as the database counts them."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def if_match_of(request: Request) -> str | None:
    """Return the request's `If-Match`, or None where it has none."""
    header: str | None = request.headers.get(HEADER)
    return header


def require_match(if_match: str | None, version: int) -> None:
    """Check a version; call it after the row is locked.

    Raises:
        PreconditionFailedError: none of the tags is the version's; weak tags never are.
    """
    if if_match is None or if_match.strip() == "*":
        return
    current = etag_of(version)
    if current not in [tag.strip() for tag in if_match.split(",")]:
        raise PreconditionFailedError(data={"etag": current})


def tagged(body: Any, version: int, *, status: int = 200) -> Response:
    """Return an answer with its entity tag."""
    return Response(body, status=status, headers={"ETag": etag_of(version)})
