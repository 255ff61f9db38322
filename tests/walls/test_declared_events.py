"""Every operation is called: the events that it emits are known, well formed, and those that it declares."""

import jsonschema
import pytest
from django.db import transaction

from platform_core.events.actions import WebhookAction, declared_actions
from platform_core.events.catalogue import CORE_EVENTS, actions_of, payload_schema, types_by_action
from platform_core.events.models import OutboxEvent
from platform_core.plugins.loader import get_registry
from tenants.scope import tenant_scope
from tests.walls.calls import call, has_arguments
from tests.walls.routes import operations
from tests.walls.world import forget

pytestmark = pytest.mark.slow  # walks all routes


def all_types():
    registry = get_registry()
    return {**CORE_EVENTS, **registry.event_types(frozenset(registry.plugins))}


def emitted_by(world, operation):
    """Call an operation as the owner and take it back; returns the status and the events."""
    with tenant_scope(world.organization):
        last = OutboxEvent.objects.order_by("-id").values_list("id", flat=True).first() or 0
    with transaction.atomic():
        forget()
        status = call(world.client(world.owner), operation, world, world.owner).status_code
        with tenant_scope(world.organization):
            found = list(OutboxEvent.objects.filter(id__gt=last).values_list("type", "payload"))
        transaction.set_rollback(True)
    return status, found


def test_operations_cause_the_events_that_they_declare_and_no_others(here):
    types = all_types()
    undeclared, silent = [], []
    for operation in operations():
        if operation.method == "GET" or not has_arguments(operation.route):
            continue
        status, events = emitted_by(here, operation)
        declared = declared_actions(operation.route.view, operation.method)
        for name, payload in events:
            jsonschema.validate(payload, payload_schema(types[name]))
            if not declared.intersection(actions_of(name, types[name])):
                undeclared.append(f"{operation}: {name}")
        if declared and status in (200, 201, 204) and not events:  # 202: a job will
            silent.append(str(operation))

    assert (undeclared, silent) == ([], [])


def test_declared_actions_are_those_of_the_catalogue():
    known = types_by_action(all_types())

    assert [item for item in operations() if not declared_actions(item.route.view, item.method) <= set(known)] == []
    assert set(WebhookAction) == set(types_by_action(CORE_EVENTS))
