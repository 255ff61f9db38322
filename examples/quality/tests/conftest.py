"""What the tests of this plugin share. `enabled`, `api_client` and the like come with `platform_core.sdk.testing`."""

import pytest

CONFIG = """
<View>
  <Text name="text" value="$text"/>
  <Choices name="tone" toName="text"><Choice value="calm"/><Choice value="loud"/></Choices>
  <Labels name="spans" toName="text"><Label value="Who"/></Labels>
  <Certainty name="sure" toName="text"/>
</View>
"""


@pytest.fixture
def project(enabled, api_client):
    """Return a project whose config uses the plugin's tag."""
    made = api_client.post("/api/projects/", {"title": "Reports", "label_config": CONFIG})
    assert made.status_code == 201, made.content
    return made.json()


@pytest.fixture
def import_tasks(project, api_client):
    """Return a function that imports texts and returns the answer."""

    def act(*texts):
        rows = [{"text": text} for text in texts]
        return api_client.post(f"/api/projects/{project['id']}/import?return_task_ids=1", rows)

    return act


@pytest.fixture
def task_ids(import_tasks):
    """Return the ids of two imported tasks."""
    report = import_tasks("Anna shouts.", "Rain.")
    assert report.status_code == 201, report.content
    return report.json()["task_ids"]


@pytest.fixture
def region():
    """Return a function that makes one region of a result."""

    def make(name, kind, **value):
        return {"id": name, "from_name": name, "to_name": "text", "type": kind, "value": value}

    return make


@pytest.fixture
def result(region):
    """Return a complete result."""
    return [
        region("tone", "choices", choices=["loud"]),
        region("spans", "labels", start=0, end=4, text="Anna", labels=["Who"]),
        region("sure", "certainty", certainty=80),
    ]


@pytest.fixture
def annotate(api_client):
    """Return a function that annotates a task: `annotate(task_id, result)`."""

    def act(task_id, result, client=api_client, **extra):
        return client.post(f"/api/tasks/{task_id}/annotations/", {"result": result, **extra})

    return act


@pytest.fixture
def change_settings(api_client):
    """Return a function that changes the plugin's settings as an admin."""

    def act(**values):
        return api_client.put("/api/plugins/quality/settings/", {"values": values})

    return act
