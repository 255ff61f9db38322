"""Gives each request an id that appears in its answer, its log lines and its audit entries."""

import re
import uuid
from collections.abc import Callable
from contextvars import ContextVar

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

HEADER = "X-Request-ID"
MAX_USER_AGENT = 200
ACCEPTED = re.compile(r"[A-Za-z0-9._-]{8,64}")

_request_id: ContextVar[str] = ContextVar("tenon_request_id", default="")
_user_agent: ContextVar[str] = ContextVar("tenon_user_agent", default="")
_client_address: ContextVar[str | None] = ContextVar("tenon_client_address", default=None)


def current_request_id() -> str:
    """Return the id of the request being served, or an empty text outside one."""
    return _request_id.get()


def current_client_address() -> str | None:
    """Return the address the request came from, as far as trusted proxies tell."""
    return _client_address.get()


def current_user_agent() -> str:
    """Return what the caller's program calls itself, cut to what the audit keeps."""
    return _user_agent.get()


class RequestIdMiddleware:
    """Takes a well-formed id from the caller or makes one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Serve the request with its id in context."""
        given = request.headers.get(HEADER, "")
        request_id = given if ACCEPTED.fullmatch(given) else uuid.uuid4().hex
        id_token = _request_id.set(request_id)
        address_token = _client_address.set(client_address(request))
        agent_token = _user_agent.set(request.headers.get("User-Agent", "").replace("\x00", "")[:MAX_USER_AGENT])
        try:
            response = self.get_response(request)
        finally:
            _request_id.reset(id_token)
            _client_address.reset(address_token)
            _user_agent.reset(agent_token)
        response[HEADER] = request_id
        return response


def client_address(request: HttpRequest) -> str | None:
    """Return the peer's address, or the last untrusted hop of X-Forwarded-For when the peer is a trusted proxy."""

    peer: str | None = request.META.get("REMOTE_ADDR") or None
    trusted = set(settings.TENON_TRUSTED_PROXIES)
    if peer not in trusted:
        return peer
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    for hop in reversed(hops):
        if hop not in trusted:
            return hop
    return peer
