"""Running a request again inside this process, with some of the plugins switched off, and taking everything back.

For authors and operators: which hooks ran, and which plugin makes a request fail. Nothing that the request writes to
the database stays, and nothing that waits for a commit is started. What a plugin does elsewhere at once is done.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.test import Client

from platform_core.members.credentials import digest_of, new_api_key, shown_prefix
from platform_core.members.gate import memory
from platform_core.members.models import ApiKey, Member
from platform_core.plugins.invocation import HookCall, observed
from platform_core.plugins.loader import get_registry
from platform_core.plugins.models import Activation, ActivationState
from platform_core.plugins.ordering import closure
from platform_core.plugins.queries.enabled import forget_enabled_plugins
from tenants.models import Domain
from tenants.scope import OrganizationRef, public_scope, tenant_scope


class ReplayError(ValueError):
    """The request cannot be run again. The message says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked.

    Attributes:
        member: address of the member who asks.
        body: JSON text; empty for none.
    """

    organization: OrganizationRef
    member: str
    method: str
    path: str
    body: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What was answered, and the hooks that ran meanwhile, in order."""

    status: int
    content: str
    calls: Sequence[HookCall] = field(default_factory=tuple)

    @property
    def failed(self) -> bool:
        """Whether the server, or a plugin that it blames, failed."""
        return self.status >= 500 or '"plugin_failed"' in self.content


def enabled_here(organization: OrganizationRef) -> list[str]:
    """Return the plugins that are enabled, dependencies first."""
    with tenant_scope(organization):
        slugs = set(Activation.objects.filter(state=ActivationState.ENABLED).values_list("slug", flat=True))
    return [slug for slug in get_registry().plugins if slug in slugs]


def replay(request: Request, *, without: Collection[str] = ()) -> Answer:
    """Run a request and take back what it wrote.

    Args:
        without: plugins that are off meanwhile; whoever depends on one should be among them.

    Raises:
        ReplayError: there is no such member, or the organization has no host.
    """
    calls: list[HookCall] = []
    with transaction.atomic():
        headers = _prepared(request, without)
        _forget()
        try:
            with observed(calls.append):
                response = _ask(request, headers)
        finally:
            transaction.set_rollback(True)
    _forget()
    return Answer(status=response.status_code, content=_content(response), calls=tuple(calls))


def culprits(request: Request, *, fails: Callable[[Answer], bool] = lambda answer: answer.failed) -> list[str]:
    """Return the plugins without which a request that fails does not: one, or several that fail together.

    Half of the suspects are switched off at a time, then a quarter, so that one culprit among N plugins takes some
    2 log N requests. Empty where the request does not fail, or fails without any plugin.

    Raises:
        ReplayError: see `replay`.
    """
    everything = enabled_here(request.organization)

    def breaks(kept: Collection[str]) -> bool:
        return fails(replay(request, without=[slug for slug in everything if slug not in kept]))

    if not breaks(everything) or breaks([]):
        return []
    kept, size = everything, len(everything) // 2
    while size:
        for start in range(0, len(everything), size):
            fewer = _without(kept, everything[start : start + size])
            if len(fewer) < len(kept) and breaks(fewer):
                kept = fewer
        size //= 2
    needed = {slug for name in kept for slug in get_registry().plugins[name].manifest.depends}
    return [slug for slug in kept if slug not in needed]


def _without(kept: Sequence[str], dropped: Collection[str]) -> list[str]:
    """Return what is left when plugins go, with whatever depends on them."""
    depends = {slug: plugin.manifest.depends for slug, plugin in get_registry().plugins.items()}
    return [slug for slug in kept if slug not in dropped and closure(slug, depends).isdisjoint(dropped)]


def _prepared(request: Request, without: Collection[str]) -> dict[str, str]:
    """Make a key of the member and switch plugins off, inside the transaction; returns the request's headers."""
    key = new_api_key()
    with tenant_scope(request.organization):
        member = Member.objects.filter(email=request.member, removed_at=None).first()
        if member is None:
            raise ReplayError(f"{request.member!r} is no member of {request.organization.slug!r}")
        ApiKey.objects.create(member=member, digest=digest_of(key), prefix=shown_prefix(key))
        Activation.objects.filter(slug__in=without).update(state=ActivationState.DISABLED)
    with public_scope():
        domains = Domain.objects.filter(tenant_id=request.organization.id).order_by("-is_primary", "pk")
        host = domains.values_list("domain", flat=True).first()
    if host is None:
        raise ReplayError(f"{request.organization.slug!r} has no host")
    return {"HTTP_HOST": host, "HTTP_AUTHORIZATION": f"Token {key}"}


def _ask(request: Request, headers: dict[str, str]) -> HttpResponse:
    client: Any = Client(raise_request_exception=False)
    answer: HttpResponse = client.generic(
        request.method, request.path, request.body, content_type="application/json", **headers
    )
    return answer


def _content(response: HttpResponse) -> str:
    raw = b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]
    return raw.decode(errors="replace")


def _forget() -> None:
    memory.clear()
    forget_enabled_plugins()
