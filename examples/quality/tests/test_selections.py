import json
from importlib.util import find_spec
from urllib.parse import quote

import pytest

from platform_core.sdk.testing.clients import client_of

# Actions are offered and run by another plugin, which need not be installed beside this one.
needs_data_manager = pytest.mark.skipif(find_spec("tenon_data_manager") is None, reason="no data manager is installed")
NOTES = "/api/quality/notes/"


@pytest.fixture
def notes(api_client, task_ids):
    """Write two notes about the second task and one about the first."""
    for task in (task_ids[1], task_ids[1], task_ids[0]):
        assert api_client.post(NOTES, {"task": task, "kind": "unclear", "text": "Why?"}).status_code == 201


@pytest.fixture
def find(api_client, project):
    """Return a function that asks for tasks by the plugin's column."""

    def act(operator, value, **parts):
        item = {"filter": "filter:tasks:quality.open_notes", "operator": operator, "type": "Number", "value": value}
        query = quote(json.dumps({"filters": {"items": [item]}, **parts}))
        return api_client.get(f"/api/tasks/?project={project['id']}&query={query}")

    return act


def test_tasks_are_filtered_ordered_and_shown_by_the_plugins_column(find, task_ids, notes):
    first, second = task_ids
    assert [task["id"] for task in find("greater", 1).json()["tasks"]] == [second]
    ordered = find("greater", 0, ordering=["-tasks:quality.open_notes"], include=["quality.open_notes"]).json()
    assert ordered["tasks"] == [{"id": second, "quality.open_notes": 2}, {"id": first, "quality.open_notes": 1}]


@needs_data_manager
def test_action_of_the_plugin_closes_the_notes_of_a_selection(
    api_client, enabled, enable, find, project, task_ids, notes
):
    enable(enabled, "data_manager")
    address = f"/api/dm/actions/?id=quality.resolve_notes&project={project['id']}"
    offered = api_client.get(f"/api/dm/actions/?project={project['id']}").json()
    assert "quality.resolve_notes" in [action["id"] for action in offered]

    answer = api_client.post(address, {"selectedItems": {"all": False, "included": [task_ids[1]]}})
    assert (answer.status_code, answer.json()["processed_items"]) == (200, 2)
    assert [task["id"] for task in find("greater", 0).json()["tasks"]] == [task_ids[0]]
    annotator = client_of(enabled, role="AN")
    assert annotator.post(address, {}).status_code == 403


def test_column_is_gone_where_the_plugin_is_off(api_client, find, notes):
    assert api_client.post("/api/plugins/quality/disable/?wait=60", {}).status_code == 200

    assert find("greater", 0).status_code == 400
