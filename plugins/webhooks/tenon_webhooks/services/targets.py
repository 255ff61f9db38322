"""What a webhook may be: its URL, its headers, its actions."""

import re
from typing import Final

from platform_core.sdk.errors import PermissionDeniedError, ValidationFailedError
from platform_core.sdk.outbound import OutboundError, refuse_unless_allowed
from tenon_webhooks.catalogue import ACCEPTED_IN_VAIN, actions

MAX_URL: Final = 2048
MAX_HEADERS: Final = 10
MAX_HEADER_VALUE: Final = 1024
HEADER_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,100}", re.ASCII)
# What HTTP or the signature writes itself.
OWN_HEADERS: Final = frozenset(
    {
        "accept-encoding",
        "connection",
        "content-length",
        "content-type",
        "expect",
        "host",
        "keep-alive",
        "proxy-authorization",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "user-agent",
        "webhook-id",
        "webhook-signature",
        "webhook-timestamp",
    }
)


def check_url(url: str) -> None:
    """Judge a URL; it is judged again at each call.

    Raises:
        ValidationFailedError: it is malformed, or its host is unknown.
        PermissionDeniedError: it leads to an address that must not be called.
    """
    if len(url) > MAX_URL:
        raise ValidationFailedError(validation_errors={"url": [f"At most {MAX_URL} characters."]})
    try:
        refuse_unless_allowed(url)
    except OutboundError as error:
        if error.code == "outbound_refused" and "host" in error.data:
            raise PermissionDeniedError(error.detail, data=error.data) from error
        raise ValidationFailedError(validation_errors={"url": [error.detail]}) from error


def check_headers(headers: dict[str, str]) -> None:
    """Judge headers that are to be sent along.

    Raises:
        ValidationFailedError: there are too many, or one could change the request's meaning.
    """
    problems = [_header_problem(name, value) for name, value in headers.items()]
    if len(headers) > MAX_HEADERS:
        problems.append(f"At most {MAX_HEADERS} headers.")
    if len({name.lower() for name in headers}) < len(headers):
        problems.append("A header is given twice.")
    found = [problem for problem in problems if problem]
    if found:
        raise ValidationFailedError(validation_errors={"headers": found})


def _header_problem(name: str, value: str) -> str:
    if not HEADER_NAME.fullmatch(name):
        return f"{name[:100]!r} is no name of a header: letters, digits, - and _ only."
    if name.lower() in OWN_HEADERS:
        return f"{name} is written by the platform."
    if len(value) > MAX_HEADER_VALUE or not value.isascii() or not value.isprintable():
        return f"The value of {name} must be printable ASCII of at most {MAX_HEADER_VALUE} characters."
    return ""


def check_actions(names: list[str]) -> None:
    """Judge the actions that are asked for.

    Raises:
        ValidationFailedError: one does not exist here.
    """
    unknown = sorted(set(names) - set(actions()) - ACCEPTED_IN_VAIN)
    if unknown:
        text = f"Unknown: {', '.join(unknown)[:500]}; GET /api/webhooks/info/ lists what there is."
        raise ValidationFailedError(validation_errors={"actions": [text]})
