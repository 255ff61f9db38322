"""Calls made up from an organization's OpenAPI document, aimed at objects that exist."""

import re
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass

import orjson
import schemathesis
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connections
from rest_framework.test import APIClient
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema

from platform_core.sdk.testing.clients import host_of
from tests.walls.calls import arguments
from tests.walls.routes import PUBLIC_HOST, TENANT, operations
from tests.walls.world import PASSWORD, World, new_person

# Left out, as they would call wrong what is meant, or hold less than other tests do:
# - negative_data_rejection: the stock SDK sends keys and parameters that no server reads, and they must pass;
# - positive_data_acceptance: rules between fields, and with what is stored, are not in the document;
# - ignored_auth: its second call breaks on an application that is called in process, and `test_matrix.py` calls every
#   operation without a credential and with an unknown one;
# - object_level_authorization: `test_matrix.py` and `test_cross_organization.py` walk every route with every role;
# - max_response_time: the benchmarks measure, on a machine that does nothing else.
CHECKS = (
    *("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance"),
    *("response_headers_conformance", "allow_header_conformance", "missing_required_header", "unsupported_method"),
    *("use_after_free", "ensure_resource_availability"),
)
PHASES = ("examples", "coverage", "fuzzing", "stateful")
# These take the caller's own key, so that each call is made by somebody new.
ENDS_THE_CALLER = {"api-key-detail", "auth-logout", "auth-password-change", "current-user-reset-token", "member-leave"}
# After these there is less to find: what is called is gone, or keys are no longer taken. They come last.
DESTRUCTIVE = "purge|disable|bulk_delete|jwt.settings|session.policy"
PARAMETER = re.compile(r"<[^>]*>|{([^}]*)}")
PUBLIC_NAME = "testserver"
# What hardly an operation of the document offers.
UNEXPECTED_METHODS = ("put", "trace", "query")


@dataclass(frozen=True, kw_only=True)
class Target:
    """A host that is called, and as whom.

    Attributes:
        aims: whether its routes name objects; those of `world` stand there.
    """

    world: World
    host: str
    headers: dict
    urlconf: str = TENANT
    aims: bool = True

    @classmethod
    def organization(cls, world):
        """Return the organization's host, called by its owner with an API key."""
        return cls(world=world, host=host_of(world.organization), headers={"Authorization": f"Token {world.owner.key}"})

    @classmethod
    def public(cls, world):
        """Return the public host, called by the owner in a browser's session."""
        client = APIClient(HTTP_HOST=PUBLIC_NAME)
        assert client.post("/api/auth/login/", {"email": world.owner.email, "password": PASSWORD}).status_code == 200
        cookies = {name: morsel.value for name, morsel in client.cookies.items()}
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
        headers["X-CSRFToken"] = cookies[settings.CSRF_COOKIE_NAME]
        return cls(world=world, host=PUBLIC_NAME, headers=headers, urlconf=PUBLIC_HOST, aims=False)

    def document(self):
        """Return the OpenAPI document of the host."""
        return APIClient(HTTP_HOST=self.host).get("/api/schema/").json()


@dataclass(frozen=True, kw_only=True)
class Budget:
    """How much is called.

    Attributes:
        examples: of each operation where calls are made up.
        chains: of calls that follow links, in all.
        coverage_of: methods that the phase `coverage` calls; breaking each rule of each body takes tens of thousands
            of calls.
    """

    examples: int = 3
    chains: int = 12
    coverage_of: tuple[str, ...] = ("DELETE",)


def configuration(phase, target, budget):
    """Return the settings of one phase: the same calls each time."""
    wanted = budget.chains if phase == "stateful" else budget.examples
    generation = {"deterministic": True, "max-examples": wanted, "no-shrink": True, "database": "none"}
    coverage = {"enabled": phase == "coverage", "unexpected-methods": list(UNEXPECTED_METHODS)}
    return SchemathesisConfig.from_dict(
        {
            "seed": 1,
            "continue-on-failure": True,
            "cache": {"enabled": False},  # would be written beside the code, and make runs differ
            "base-url": f"http://{target.host}",
            "headers": target.headers,
            "generation": generation,
            "checks": {"enabled": False, **{name: {"enabled": True} for name in CHECKS}},
            "phases": {
                **{name: {"enabled": name == phase} for name in PHASES},
                "coverage": coverage,
            },
        }
    )


def shape(path):
    """Return a path without names and types of parameters: Django's and the document's are told alike."""
    return PARAMETER.sub("{}", path)


def ids_in(response):
    """Return the ids that an answer names first: what a link can lead to."""
    if "json" not in "".join(response.headers.get("content-type", [])):
        return set()
    body = orjson.loads(response.content) if response.content else None
    rows = body.get("results", [body]) if isinstance(body, dict) else body
    return (
        {str(row["id"]) for row in rows if isinstance(row, dict) and "id" in row} if isinstance(rows, list) else set()
    )


class Run:
    """One phase over the whole document of a host.

    Attributes:
        failures: what a check refused, with the call that shows it.
        statuses: how many answers had which status.
        answered: operations that succeeded at least once.
        followed: operations that a link of the document has led to.
    """

    def __init__(self, target, phase, budget):
        self.target, self.phase = target, phase
        self.failures, self.statuses, self.answered, self.followed = {}, Counter(), set(), set()
        self._known = {(item.method, shape(item.route.template)): item for item in operations(target.urlconf)}
        self._turns, self._connections, self._replaced_key = Counter(), {}, None
        self._answer, self._made = None, set()
        config = configuration(phase, target, budget)
        self._schema = schemathesis.openapi.from_dict(target.document(), config=config)
        self._schema.app = self._application
        if phase == "coverage":
            self._schema = self._schema.include(method=list(budget.coverage_of))

    def execute(self):
        """Call what creates and reads first, then what deletes, then what closes doors; chains of calls all at once."""
        harmless = self._schema.exclude(method="DELETE")
        parts = (
            harmless.exclude(operation_id_regex=DESTRUCTIVE),
            self._schema.include(method="DELETE"),
            harmless.include(operation_id_regex=DESTRUCTIVE),
        )
        with self._aimed():
            for part in (self._schema.exclude(operation_id_regex=DESTRUCTIVE),) if self.phase == "stateful" else parts:
                for event in from_schema(part).execute():
                    self._note(event)

    def _application(self, environ, start_response):
        """Answer as the host, whose name the client of schemathesis does not send."""
        environ["HTTP_HOST"] = self.target.host
        if self._replaced_key and "HTTP_AUTHORIZATION" in environ:
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
            if self.target.aims:
                self._aim(case)

        def after_call(context, case, response):
            self._made.update(ids_in(response))

        schemathesis.hook(before_call)
        schemathesis.hook(after_call)
        try:
            yield
        finally:
            schemathesis.hooks.unregister(before_call)
            schemathesis.hooks.unregister(after_call)
            self._close_last()
            for connection in self._connections.values():
                connection.close()

    def _aim(self, case):
        """Let three calls of four name objects that exist: generated ids would be unknown ones only."""
        label, world = case.operation.label, self.target.world
        self._turns[label] += 1
        self._replaced_key = None
        item, person = self._known.get((case.method.upper(), shape(case.path))), world.owner
        if item is None:  # a method that the route does not offer
            item = next(known for (_, path), known in self._known.items() if path == shape(case.path))
        elif item.route.name in ENDS_THE_CALLER:
            person = new_person(world, "AD", name=f"leaving{self._turns.total()}")
            self._replaced_key = person.key
        if self._made & {str(value) for value in case.path_parameters.values()}:
            return  # a link has led here
        if item.route.parameters and self._turns[label] % 4:
            values = arguments(item, world, person)
            names = PARAMETER.findall(case.path)
            case.path_parameters = {name: values[own] for name, own in zip(names, item.route.parameters, strict=True)}

    def _note(self, event):
        if isinstance(event, events.FatalError):
            raise event.exception
        if isinstance(event, events.NonFatalError):
            self.failures[f"{event.label}: {event.value!r}"] = ""
        if isinstance(event, events.ScenarioFinished):
            for case_id, interaction in event.recorder.interactions.items():
                if interaction.response is not None:
                    self._count(event.recorder.cases[case_id], interaction.response)
            for case_id, nodes in event.recorder.checks.items():
                for node in nodes:
                    if node.failure_info is not None:
                        failure = node.failure_info.failure
                        label = event.recorder.cases[case_id].value.operation.label
                        key = f"{label}: {failure.title}: {failure.message[:400]}"
                        self.failures.setdefault(key, node.failure_info.code_sample[:600])

    def _count(self, node, response):
        self.statuses[response.status_code] += 1
        label = node.value.operation.label
        if response.status_code < 400:
            self.answered.add(label)
            if node.transition is not None:
                self.followed.add(label)
