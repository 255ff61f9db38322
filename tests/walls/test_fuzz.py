"""Generated calls of every operation of an organization's document: none fails, none answers what is not written."""

import pytest

from tenants.models import organization_refs
from tests.walls.fuzzing import Run
from tests.walls.world import build_world, forget

pytestmark = pytest.mark.slow  # some hundreds of generated calls, committed, on a filled organization


@pytest.mark.parametrize(("phase", "least"), [("examples", 55), ("fuzzing", 110)])
def test_generated_calls_are_answered_as_documented(committed, phase, least):
    (organization,) = organization_refs(slug="alpha")
    world = build_world(organization, first_id=1000)
    forget()
    document = world.client(world.owner).get("/api/schema/").json()
    run = Run(world, document, phase)

    run.execute()

    assert run.failures == {}
    assert len(run.answered) >= least, f"{sorted(run.answered)} {run.statuses}"
