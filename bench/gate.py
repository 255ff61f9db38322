"""What tenancy and the plugin gate cost a request, in CPU of this process: host, key, role, plugins, permission."""

import statistics
import time
from typing import Any

from bench.figures import Figure, at_most
from bench.installation import Account

REQUESTS = 2000


def tenancy_and_gate(account: Account, repeat: int) -> list[Figure]:
    """Measure the gate with and without what it remembers; the limit is the same loop without the gate."""
    from platform_core.members import gate, host

    def forget() -> None:
        gate.memory.clear()
        host.forget_hosts()

    remembered = [_cpu_ms(account, lambda: None) for _ in range(repeat)]
    cold = [_cpu_ms(account, forget) for _ in range(repeat)]
    usual, first = statistics.median(remembered), statistics.median(cold)
    return [
        Figure(
            name="Tenancy and plugin gate together, ms CPU a request",
            measured=f"{usual:.3f} ms",
            limit="",
            **at_most(usual, 0.5, " ms"),
        ),
        Figure(
            name="The same with nothing remembered, as twice a second for a key in a process",
            measured=f"{first:.3f} ms",
            limit="",
            value=first,
        ),
    ]


def _cpu_ms(account: Account, before: Any) -> float:
    from django.http import HttpResponse
    from django.test import RequestFactory
    from rest_framework.request import Request

    from platform_core.members.authentication import ApiKeyAuthentication
    from platform_core.members.host import OrganizationMiddleware
    from platform_core.members.permissions import DeclaredPermission
    from platform_core.tasks.api.task_views import TaskListAPI

    answer, authentication, permission, view = (
        HttpResponse(),
        ApiKeyAuthentication(),
        DeclaredPermission(),
        TaskListAPI(),
    )

    def gated(request: Any) -> HttpResponse:
        drf = Request(request)
        drf.user, drf.auth = authentication.authenticate(drf)
        assert permission.has_permission(drf, view)
        return answer

    serve = OrganizationMiddleware(gated)
    make = RequestFactory(HTTP_HOST=account.host, HTTP_AUTHORIZATION=f"Token {account.key}").get
    requests = [make("/api/tasks/") for _ in range(REQUESTS)]
    spent = 0
    for request in requests:
        before()
        began = time.thread_time_ns()
        serve(request)
        spent += time.thread_time_ns() - began
    return spent / REQUESTS / 1e6
