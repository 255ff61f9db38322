"""What tenancy and the plugin gate cost a request, in CPU of this process: host, key, role, plugins, permission."""

import time
from typing import Any

from bench.figures import Figure, at_most, medians
from bench.installation import Account
from bench.machine import Meter

REQUESTS = 2000
SLUG, PATH = "aviation", "/api/aviation/packs/"


def tenancy_and_gate(account: Account, database: int, repeat: int) -> list[Figure]:
    """Measure the gate with and without what it remembers, on a route of a plugin that is enabled.

    CPU of this process alone; what the database spends on a request with nothing remembered comes on top and is kept
    in the details.
    """
    from platform_core.members import gate, host
    from platform_core.plugins.queries.enabled import forget_enabled_plugins
    from platform_core.plugins.services.activation import enable_plugin
    from tenants.models import organization_refs
    from tenants.scope import tenant_scope

    (organization,) = organization_refs(slug=account.slug)
    with tenant_scope(organization):
        enable_plugin(slug=SLUG, plan_hash=None, actor=None)

    def forget() -> None:
        gate.memory.clear()
        host.forget_hosts()
        with tenant_scope(organization):
            forget_enabled_plugins()

    figures = []
    for name, before in (
        ("Tenancy and plugin gate together, ms CPU a request", lambda: None),
        ("The same with nothing remembered: a key's first request in half a second", forget),
    ):
        passes = [_pass(account, database, before) for _ in range(repeat)]
        middle = medians(passes)
        figures.append(
            Figure(
                name=name,
                measured=f"{middle['ms']:.3f} ms",
                limit="",
                foreign=middle["foreign"],
                details=dict(middle),
                **at_most(middle["ms"], 0.5, " ms"),
            )
        )
    return figures


def _pass(account: Account, database: int, before: Any) -> dict[str, float]:
    with Meter(database=[database]) as meter:
        spent = _cpu_ms(account, before)
    return {"ms": spent, "database_ms": meter.database / REQUESTS * 1e3, "foreign": meter.foreign}


def _cpu_ms(account: Account, before: Any) -> float:
    from django.http import HttpResponse
    from django.test import RequestFactory
    from django.urls import resolve
    from rest_framework.request import Request

    from platform_core.members.authentication import ApiKeyAuthentication
    from platform_core.members.host import OrganizationMiddleware
    from platform_core.members.permissions import DeclaredPermission
    from platform_core.plugins.gate import PluginGateMiddleware

    match, answer = resolve(PATH), HttpResponse()
    authentication, permission, view = ApiKeyAuthentication(), DeclaredPermission(), match.func.view_class()
    assert match.namespaces[0] == SLUG
    plugin_gate = PluginGateMiddleware(lambda _request: answer)

    def gated(request: Any) -> HttpResponse:
        request.resolver_match = match
        plugin_gate.process_view(request, match.func, (), {})
        drf = Request(request)
        drf.user, drf.auth = authentication.authenticate(drf)
        assert permission.has_permission(drf, view)
        return answer

    serve = OrganizationMiddleware(gated)
    make = RequestFactory(HTTP_HOST=account.host, HTTP_AUTHORIZATION=f"Token {account.key}").get
    requests = [make(PATH) for _ in range(REQUESTS)]
    spent = 0
    for request in requests:
        before()
        began = time.thread_time_ns()
        serve(request)
        spent += time.thread_time_ns() - began
    return spent / REQUESTS / 1e6
