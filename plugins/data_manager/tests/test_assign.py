import json
from urllib.parse import quote

import pytest

from platform_core.sdk.testing.clients import client_of


@pytest.fixture
def people(alpha, alpha_client, project):
    """Return two annotators who may see the project."""
    clients = [client_of(alpha, role="AN", email=f"{name}@alpha.example") for name in ("ann", "ben")]
    members = [alpha_client.member.id, *(client.member.id for client in clients)]
    assert alpha_client.patch(f"/api/projects/{project}/access/", {"members": members}).status_code == 200
    return clients


@pytest.fixture
def assigned_to(alpha_client, project, ids):
    """Return a function: the places of the tasks that the column of assignees finds."""

    def find(member, operator="contains"):
        item = {"filter": "filter:tasks:assignees", "operator": operator, "type": "List", "value": member}
        query = quote(json.dumps({"filters": {"conjunction": "and", "items": [item]}, "include": ["assignees"]}))
        answer = alpha_client.get(f"/api/tasks/?project={project}&query={query}")
        assert answer.status_code == 200, answer.content
        return [ids.index(task["id"]) for task in answer.json()["tasks"]]

    return find


def next_of(client, project, ids):
    answer = client.get(f"/api/projects/{project}/next/")
    return ids.index(answer.json()["id"]) if answer.status_code == 200 else None


def test_assigned_tasks_go_to_their_assignees_first_and_to_nobody_else(act, only, project, ids, people, assigned_to):
    ann, ben = people
    everything = {"members": [ann.member.id], "mode": "add"}

    assert act("assign", selectedItems=only(2, 3), **everything).json()["processed_items"] == 2

    assert assigned_to(ann.member.id) == [2, 3]
    assert assigned_to(ann.member.id, "not_contains") == [0, 1, 4]
    assert next_of(ann, project, ids) == 2
    assert next_of(ben, project, ids) == 0
    result = {"result": [{"from_name": "topic", "to_name": "text", "type": "choices", "value": {"choices": ["Storm"]}}]}
    for place in (0,):
        assert ben.post(f"/api/tasks/{ids[place]}/annotations/", result).status_code == 201
    assert next_of(ben, project, ids) is None
    for place in (2, 3):
        assert next_of(ann, project, ids) == place
        assert ann.post(f"/api/tasks/{ids[place]}/annotations/", result).status_code == 201
    assert next_of(ann, project, ids) is None


def test_dry_run_counts_what_the_action_then_changes_in_each_mode(act, only, people, assigned_to):
    ann, ben = (client.member.id for client in people)
    steps = [
        ("add", f"{ann}, {ben}", (0, 1), 2),
        ("add", str(ann), (0, 1, 2), 1),
        ("replace", str(ben), (0, 1, 2), 3),
        ("remove", str(ann), (0, 1, 2), 0),
        ("remove", str(ben), (1,), 1),
        ("replace", "", (0, 1, 2), 2),
    ]
    for mode, members, places, changed in steps:
        form = {"selectedItems": only(*places), "members": members, "mode": mode}
        assert act("assign", query="&dry_run=1", **form).json()["processed_items"] == changed, mode
        assert act("assign", **form).json()["processed_items"] == changed, mode
    assert assigned_to(ann) == assigned_to(ben) == []


def test_who_cannot_see_the_project_is_refused_by_id(alpha, act, only, people, assigned_to):
    stranger = client_of(alpha, role="AN", email="carl@alpha.example").member.id
    for members in ([stranger], [2**60], ["x"], [], [True], "1,,x", None):
        answer = act("assign", selectedItems=only(0), members=members)
        assert (answer.status_code, list(answer.json()["validation_errors"])) == (400, ["members"]), members
    assert act("assign", selectedItems=only(0), members=[people[0].member.id], mode="give").status_code == 400
    assert assigned_to(stranger) == []


def test_annotators_assign_nothing(act, only, people):
    assert act("assign", client=people[0], selectedItems=only(0), members=[1]).status_code == 403


def test_tasks_of_who_has_left_are_everybodys_and_deleted_tasks_leave_nothing(
    alpha_client, act, only, project, ids, people, assigned_to
):
    ann, ben = people
    act("assign", selectedItems=only(0, 2, 3), members=[ann.member.id])
    assert next_of(ben, project, ids) is None
    alpha_client.delete(f"/api/tasks/{ids[3]}/")
    assert assigned_to(ann.member.id) == [0, 2]

    assert alpha_client.delete(f"/api/users/{ann.member.id}/").status_code == 204

    assert next_of(ben, project, ids) == 0
