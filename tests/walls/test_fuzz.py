"""Generated calls of every operation of a host's document: none fails, none answers what is not written.

The usual run is small and always the same. `make fuzz` calls a hundred times as much: there the phase `coverage` breaks
every rule of every body.
"""

import os

import pytest

from tenants.models import organization_refs
from tests.walls.fuzzing import PHASES, Budget, Run, Target
from tests.walls.world import build_world, forget

pytestmark = pytest.mark.slow  # some thousands of generated calls, committed, on filled organizations

EVERY_METHOD = ("GET", "POST", "PUT", "PATCH", "DELETE")
EXAMPLES = int(os.environ.get("TENON_FUZZ_EXAMPLES", "0"))
BUDGET = Budget(examples=EXAMPLES, chains=20 * EXAMPLES, coverage_of=EVERY_METHOD) if EXAMPLES else Budget()


@pytest.fixture
def world(committed):
    (organization,) = organization_refs(slug="alpha")
    world = build_world(organization, first_id=1000)
    forget()
    return world


@pytest.mark.parametrize(("phase", "least"), [("examples", 55), ("coverage", 10), ("fuzzing", 110), ("stateful", 3)])
def test_generated_calls_are_answered_as_documented(world, phase, least):
    run = Run(Target.organization(world), phase, BUDGET)

    run.execute()

    assert run.failures == {}
    assert len(run.answered) >= least, f"{sorted(run.answered)} {run.statuses}"
    assert phase != "stateful" or run.followed, "no link of the document was followed"


def test_public_host_answers_as_documented(world):
    for phase in PHASES:
        run = Run(Target.public(world), phase, BUDGET)

        run.execute()

        assert run.failures == {}
