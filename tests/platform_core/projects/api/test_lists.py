"""Lists of projects and of their counters: filters, order, pages, and what they cost."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tenants.scope import tenant_scope

COUNTERS = {
    *("task_number", "finished_task_number", "total_predictions_number", "total_annotations_number"),
    *("num_tasks_with_annotations", "useful_annotation_number", "ground_truth_number", "skipped_annotations_number"),
}
LISTS = ["/api/projects/", "/api/projects/counts/"]


@pytest.fixture
def projects(alpha_client):
    """Five projects, oldest first; the second is pinned, the fourth was pinned later."""
    bodies = [
        {"title": "Runway 100%", "description": "incursions"},
        {"title": "runway_lights", "pinned_at": "2026-01-01T00:00:00Z"},
        {"title": "Bird strikes"},
        {"title": "Taxiways", "pinned_at": "2026-02-01T00:00:00Z", "description": "runway crossings"},
        {"title": "Apron"},
    ]
    return [alpha_client.post("/api/projects/", body).json()["id"] for body in bodies]


def ids_of(client, query, path="/api/projects/"):
    answer = client.get(f"{path}?{query}")
    assert answer.status_code == 200, answer.content
    return [row["id"] for row in answer.json()["results"]]


@pytest.mark.parametrize("path", LISTS)
def test_pinned_projects_come_first_then_the_newest(alpha_client, projects, path):
    one, two, three, four, five = projects
    assert ids_of(alpha_client, "", path) == [four, two, five, three, one]


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("filter=all", {0, 1, 2, 3, 4}),
        ("filter=pinned_only", {1, 3}),
        ("filter=exclude_pinned", {0, 2, 4}),
        ("title=RUNWAY", {0, 1}),
        ("title=100%25", {0}),
        ("title=runway_", {1}),
        ("title=%5C", set()),
        ("search=runway", {0, 1, 3}),
        ("search=incursion&filter=pinned_only", set()),
        ("title=it's", set()),
    ],
)
def test_list_is_cut_by_what_is_asked_for(alpha_client, projects, path, query, expected):
    assert set(ids_of(alpha_client, query, path)) == {projects[place] for place in expected}


@pytest.mark.parametrize("path", LISTS)
def test_ids_pass_over_what_is_unknown(alpha_client, projects, path):
    wanted = f"ids={projects[0]},{projects[2]},{2**70},999999"
    assert ids_of(alpha_client, wanted, path) == [projects[2], projects[0]]


@pytest.mark.parametrize(
    ("ordering", "order"),
    [
        ("id", [0, 1, 2, 3, 4]),
        ("-id", [4, 3, 2, 1, 0]),
        ("title", [4, 2, 0, 1, 3]),
        ("-pinned_at", [3, 1, 4, 2, 0]),
        ("pinned_at,id", [1, 3, 0, 2, 4]),
        ("task_number,-created_at", [4, 3, 2, 1, 0]),
    ],
)
def test_list_is_ordered_as_asked_for(alpha_client, projects, ordering, order):
    found = ids_of(alpha_client, f"ordering={ordering}")
    if ordering == "title":  # whether case counts is the database's collation
        assert sorted(found) == sorted(projects)
        assert found.index(projects[4]) < found.index(projects[2]) < found.index(projects[3])
    else:
        assert found == [projects[place] for place in order]


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("ids=a", "ids"),
        ("ids=1,", "ids"),
        ("ids=-1", "ids"),
        ("filter=some", "filter"),
        ("ordering=label_config", "ordering"),
        ("ordering=created_by__email", "ordering"),
        ("ordering=--id", "ordering"),
        ("ordering=id;DROP", "ordering"),
        ("page=0", "page"),
        ("page=x", "page"),
        ("page_size=-1", "page_size"),
    ],
)
def test_query_that_makes_no_sense_is_refused_by_its_name(alpha_client, path, query, name):
    refused = alpha_client.get(f"{path}?{query}")
    assert refused.status_code == 400
    assert set(refused.json()["validation_errors"]) == {name}


@pytest.mark.parametrize("path", LISTS)
def test_pages_walk_all_projects_and_the_one_past_the_end_is_empty(alpha_client, projects, path):
    pages = [alpha_client.get(f"{path}?page_size=2&page={number}&title=").json() for number in (1, 2, 3, 4)]

    assert [len(page["results"]) for page in pages] == [2, 2, 1, 0]
    assert {page["count"] for page in pages} == {5}
    assert sorted(row["id"] for page in pages for row in page["results"]) == projects
    assert [(page["previous"] is not None, page["next"] is not None) for page in pages] == [
        (False, True),
        (True, True),
        (True, False),
        (True, False),
    ]
    assert "page=2" in pages[0]["next"]
    assert "page_size=2" in pages[0]["next"]


def test_counters_that_are_not_asked_for_are_null(alpha_client, projects):
    (row,) = alpha_client.get(f"/api/projects/?ids={projects[0]}&include=task_number,reviewed_number").json()["results"]
    assert row["task_number"] == 0
    assert {row[name] for name in COUNTERS - {"task_number"}} == {None}
    (counts,) = alpha_client.get(f"/api/projects/counts/?ids={projects[0]}&include=task_number").json()["results"]
    assert counts == {"id": projects[0], **dict.fromkeys(COUNTERS, None), "task_number": 0}


def test_counts_are_those_of_the_project(alpha_client, projects):
    alpha_client.post(f"/api/projects/{projects[0]}/import", [{"text": "a"}, {"text": "b"}])
    (counts,) = alpha_client.get(f"/api/projects/counts/?ids={projects[0]}").json()["results"]
    assert set(counts) == {"id", *COUNTERS}
    assert counts["task_number"] == 2
    assert alpha_client.get(f"/api/projects/{projects[0]}/").json()["task_number"] == 2


def test_row_of_the_list_is_the_project(alpha_client, projects):
    for row in alpha_client.get("/api/projects/").json()["results"]:
        assert row == alpha_client.get(f"/api/projects/{row['id']}/").json()


@pytest.mark.parametrize("path", LISTS)
def test_list_takes_one_statement_however_long_it_is(alpha_client, alpha, projects, steady_gate, path):
    alpha_client.get(path)
    counts = []
    for size in (1, 5):
        with tenant_scope(alpha), CaptureQueriesContext(connection) as captured:
            assert len(alpha_client.get(f"{path}?page_size={size}").json()["results"]) == size
        counts.append(sum("projects_project" in query["sql"] for query in captured))
    assert counts == [1, 1]
