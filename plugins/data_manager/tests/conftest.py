"""A project with tasks, annotations and predictions, in an organization that has the plugin."""

import pytest

from platform_core.plugins.services.activation import enable_plugin
from tenants.scope import tenant_scope

CONFIG = """<View><Text name="text" value="$text"/><Choices name="topic" toName="text" choice="single">
<Choice value="Weather"/><Choice value="Traffic"/><Choice value="Storm"/></Choices></View>"""


def choice(value):
    return [{"from_name": "topic", "to_name": "text", "type": "choices", "value": {"choices": [value]}}]


@pytest.fixture(autouse=True)
def enabled(alpha):
    with tenant_scope(alpha):
        enable_plugin(slug="data_manager", plan_hash=None, actor=None)


@pytest.fixture
def project(alpha_client):
    made = alpha_client.post("/api/projects/", {"title": "Selections", "label_config": CONFIG})
    assert made.status_code == 201, made.content
    return made.json()["id"]


@pytest.fixture
def ids(alpha_client, project):
    """Return the ids of five tasks: 1 and 4 are annotated, 2 and 4 have predictions, 0 and 3 have equal data."""
    tasks = [{"data": {"text": text}} for text in ("rain", "cars", "wind", "rain", "snow")]
    tasks[1]["annotations"] = [{"result": choice("Traffic"), "ground_truth": False}]
    tasks[4]["annotations"] = [{"result": choice("Weather"), "ground_truth": True}]
    tasks[2]["predictions"] = [{"result": choice("Weather"), "score": 0.5, "model_version": "one"}]
    tasks[4]["predictions"] = [{"result": choice("Weather"), "score": 0.9, "model_version": "two"}]
    made = alpha_client.post(f"/api/projects/{project}/import?return_task_ids=1", tasks)
    assert made.status_code == 201, made.content
    return made.json()["task_ids"]


@pytest.fixture
def act(alpha_client, project, ids):
    """Return a function that runs an action: `act("delete_tasks", selectedItems={...})`."""

    def run(action, client=alpha_client, query="", **body):
        return client.post(f"/api/dm/actions/?id={action}&project={project}{query}", body)

    return run


@pytest.fixture
def only(ids):
    """Return a function that makes a selection of some of the tasks, by place."""

    def select(*places):
        return {"all": False, "included": [ids[place] for place in places]}

    return select
