"""Runs the rows of the stock SDK: calls each method, notes what is sent, and judges the answer by value and by type."""

import json
import re
import socket
import time
import traceback
import typing
from inspect import ismethod, signature

import httpx
from label_studio_sdk import LabelStudio
from label_studio_sdk.core.api_error import ApiError
from pydantic import TypeAdapter, ValidationError

from tests.e2e.sdk_rows import ROWS
from tests.e2e.sdk_world import World

WAIT_SECONDS = 30
_resolve = socket.getaddrinfo


def resolve_local_names():
    """Resolve names below localhost, as browsers and most desktops do."""

    def resolve(host, *arguments, **options):
        return _resolve("127.0.0.1" if str(host).endswith(".localhost") else host, *arguments, **options)

    socket.getaddrinfo = resolve


def wait(condition):
    """Return the first true value of a function."""
    deadline = time.monotonic() + WAIT_SECONDS
    while not (value := condition()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)
    return value


def refused(status, call):
    """Say whether a call is refused with this status."""
    try:
        call()
    except ApiError as error:
        return error.status_code == status
    return False


def public_methods(client, prefix=""):
    """Return name -> method of a client and of all that hang on it."""
    found = {}
    for name in sorted({*dir(type(client)), *vars(client)}):
        if name.startswith("_") or name == "with_raw_response":
            continue
        value = getattr(client, name)
        if ismethod(value):
            found[prefix + name] = value
        elif type(value).__module__.startswith("label_studio_sdk"):
            found |= public_methods(value, f"{prefix}{name}.")
    return found


def type_faults(method, response):
    """Return where an answer is not of the type that the SDK promises: path -> reason."""
    wanted = typing.get_type_hints(method).get("return")
    if wanted in (None, type(None)) or (typing.get_origin(wanted) is not None and "Iterator" in str(wanted)):
        return {}
    body = response.json()
    if "Pager" in str(wanted):
        page, item = body.get("results", body.get("tasks")), typing.get_args(wanted)
        wanted, body = (list[item[0]] if item and not isinstance(item[0], typing.TypeVar) else object), page
    try:
        TypeAdapter(wanted).validate_python(body)
    except ValidationError as error:
        return {".".join(map(str, fault["loc"])): fault["msg"] for fault in error.errors()}
    return {}


def sent(request):
    """Return method and path of a request, numbers written as `{id}`."""
    path = re.sub(r"/\d+(?=/|$)", "/{id}", request.url.path).lstrip("/")
    path = re.sub(r"^data/upload/{id}/.+", "data/upload/{id}/{name}", path)
    return f"{request.method} {re.sub(r'^api/project-templates/.+', 'api/project-templates/{key}', path)}"


class Session:
    """One run of the rows."""

    def __init__(self, url, token, member_token, **facts):
        resolve_local_names()
        self.url, self.seen = url, []
        self.world = World(
            sdk=self.client(token),
            member_sdk=self.client(member_token),
            transport=self.transport,
            wait=wait,
            refused=refused,
            use_as_member=self.use_as_member,
            json=lambda chunks: json.loads(b"".join(chunks)),
            last=None,
            **facts,
        )

    def client(self, token):
        hooks = {"response": [self.seen.append]}
        return LabelStudio(base_url=self.url, api_key=token, httpx_client=httpx.Client(event_hooks=hooks, timeout=60))

    def transport(self, method, path, **options):
        return self.world.sdk._client_wrapper.httpx_client.request(path, method=method, **options)

    def use_as_member(self, token):
        self.world.member_sdk = self.client(token)
        return self.world.member_sdk.users.whoami().email == self.world.member

    def run(self):
        """Return what is wrong, by method."""
        known = {True: public_methods(self.world.member_sdk), False: public_methods(self.world.sdk)}
        faults = {}
        for row in ROWS:
            if row.as_member:
                known[True] = public_methods(self.world.member_sdk)
            try:
                found = self.fault(row, known[row.as_member][row.method])
            except Exception:
                found = traceback.format_exc(limit=-3)
            if found:
                faults[row.method] = found
        return faults

    def fault(self, row, method):
        arguments = row.arguments(self.world)
        self.seen.clear()
        answer = method(**arguments)
        if re.search("Pager|Iterator", str(signature(method).return_annotation)):
            answer = list(answer)
        self.world.answers[row.method], self.world.last = answer, self.seen[-1]
        requests = ", ".join(dict.fromkeys(sent(response.request) for response in self.seen))
        if requests != row.http:
            return f"it sends {requests}"
        wrong = type_faults(method, self.seen[0])
        if bool(wrong) != bool(row.differs):
            return f"not of the promised type: {wrong}" if wrong else "it is of the promised type"
        return None if row.check(answer, self.world) else f"the answer is {str(answer)[:1500]}"
