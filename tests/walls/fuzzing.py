"""Calls made up from an organization's OpenAPI document, aimed at objects that exist."""

import re
from collections import Counter
from contextlib import contextmanager

import schemathesis
from django.core.wsgi import get_wsgi_application
from django.db import connections
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema

from platform_core.sdk.testing.clients import host_of
from tests.walls.calls import arguments
from tests.walls.routes import operations
from tests.walls.world import new_person

CHECKS = ("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance")
PHASES = ("examples", "coverage", "fuzzing", "stateful")
# These take the caller's own key, so that each call is made by somebody new.
ENDS_THE_CALLER = {"api-key-detail", "auth-logout", "auth-password-change", "current-user-reset-token", "member-leave"}
# After these there is less to find: what is called is gone, or keys are no longer taken. They come last.
DESTRUCTIVE = "purge|disable|bulk_delete|jwt.settings|session.policy"
PARAMETER = re.compile(r"<[^>]*>|{([^}]*)}")


def configuration(phase, world, *, examples):
    """Return the settings of one phase: the same calls each time."""
    return SchemathesisConfig.from_dict(
        {
            "seed": 1,
            "continue-on-failure": True,
            "cache": {"enabled": False},  # would be written beside the code, and make runs differ
            "base-url": f"http://{host_of(world.organization)}",
            "headers": {"Authorization": f"Token {world.owner.key}"},
            "generation": {"deterministic": True, "max-examples": examples, "no-shrink": True, "database": "none"},
            "checks": {"enabled": False, **{name: {"enabled": True} for name in CHECKS}},
            "phases": {
                **{name: {"enabled": name == phase} for name in PHASES},
                "coverage": {"enabled": phase == "coverage", "unexpected-methods": []},
            },
        }
    )


def shape(path):
    """Return a path without names and types of parameters: Django's and the document's are told alike."""
    return PARAMETER.sub("{}", path)


class Run:
    """One phase over the whole document.

    Attributes:
        failures: what a check refused, with the call that shows it.
        statuses: how many answers had which status.
        answered: operations that succeeded at least once.
    """

    def __init__(self, world, document, phase, *, examples=3):
        self.world = world
        self.failures, self.statuses, self.answered = {}, Counter(), set()
        self._known = {(item.method, shape(item.route.template)): item for item in operations()}
        self._turns, self._connections, self._replaced_key = Counter(), {}, None
        self._answer = None
        self._schema = schemathesis.openapi.from_dict(document, config=configuration(phase, world, examples=examples))
        self._schema.app = self._application

    def execute(self):
        """Call what creates and reads first, then what deletes, then what closes doors."""
        harmless = self._schema.exclude(method="DELETE")
        with self._aimed():
            for part in (
                harmless.exclude(operation_id_regex=DESTRUCTIVE),
                self._schema.include(method="DELETE"),
                harmless.include(operation_id_regex=DESTRUCTIVE),
            ):
                for event in from_schema(part).execute():
                    self._note(event)

    def _application(self, environ, start_response):
        """Answer as the organization's host, whose name the client of schemathesis does not send."""
        environ["HTTP_HOST"] = host_of(self.world.organization)
        if self._replaced_key:
            environ["HTTP_AUTHORIZATION"] = f"Token {self._replaced_key}"
        self._close_last()
        self._answer = answer = get_wsgi_application()(environ, start_response)
        own = connections["default"]
        if id(own) not in self._connections:
            own.inc_thread_sharing()
            self._connections[id(own)] = own
        return answer

    def _close_last(self):
        """Close an answer as a server does; the client of schemathesis leaves it open, and files with it."""
        if self._answer is not None:
            self._answer.close()
            self._answer = None

    @contextmanager
    def _aimed(self):
        def before_call(context, case, kwargs):
            self._aim(case)

        schemathesis.hook(before_call)
        try:
            yield
        finally:
            schemathesis.hooks.unregister(before_call)
            self._close_last()
            for connection in self._connections.values():
                connection.close()

    def _aim(self, case):
        """Let three calls of four name objects that exist: generated ids would be unknown ones only."""
        label = case.operation.label
        self._turns[label] += 1
        item, person = self._known[case.method.upper(), shape(case.path)], self.world.owner
        self._replaced_key = None
        if item.route.name in ENDS_THE_CALLER:
            person = new_person(self.world, "AD", name=f"leaving{self._turns.total()}")
            self._replaced_key = person.key
        if item.route.parameters and self._turns[label] % 4:
            values = arguments(item, self.world, person)
            names = PARAMETER.findall(case.path)
            case.path_parameters = {name: values[own] for name, own in zip(names, item.route.parameters, strict=True)}

    def _note(self, event):
        if isinstance(event, events.FatalError):
            raise event.exception
        if isinstance(event, events.NonFatalError):
            self.failures[f"{event.label}: {event.value!r}"] = ""
        if isinstance(event, events.ScenarioFinished):
            for interaction in event.recorder.interactions.values():
                if interaction.response is not None:
                    self._count(event.label, interaction.response.status_code)
            for node in (node for nodes in event.recorder.checks.values() for node in nodes):
                if node.failure_info is not None:
                    failure = node.failure_info.failure
                    key = f"{event.label}: {failure.title}: {failure.message[:400]}"
                    self.failures.setdefault(key, node.failure_info.code_sample[:600])

    def _count(self, label, status):
        self.statuses[status] += 1
        if status < 400:
            self.answered.add(label)
