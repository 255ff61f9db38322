import pytest
from django.db import connection

from platform_core.tasks.models import TaskLock
from platform_core.tasks.queries import next_task
from tenants.scope import tenant_scope
from tests.platform_core.tasks.api.conftest import choice


def worked(flow, client=None):
    """Do everything that is handed out; return the tasks in order and their queues."""
    found = []
    while (answer := (client or flow.client).get(f"/api/projects/{flow.project}/next/")).status_code == 200:
        task = answer.json()
        found.append((task["id"], task["queue"]))
        flow.submit(task["id"], client)
        assert len(found) < 100
    return found


def expire_locks(alpha):
    with tenant_scope(alpha):
        TaskLock.objects.update(expires_at="2026-01-01T00:00:00Z")


def test_tasks_come_in_order_and_own_finished_ones_do_not_come_again(flow):
    ids = flow.tasks(3)

    assert worked(flow) == [(task, "Sequence queue") for task in ids]
    assert flow.next(status=404)["detail"] == "There are no more tasks to complete."


def test_path_without_slash_is_served_and_the_answer_is_a_whole_task(flow):
    (task,) = flow.imported(
        [{"data": {"text": "x"}, "predictions": [{"result": choice(), "score": 0.5, "model_version": "m1"}]}]
    )

    answer = flow.client.get(f"/api/projects/{flow.project}/next")

    body = answer.json()
    plain = flow.client.get(f"/api/tasks/{task}/")
    assert answer.status_code == 200
    assert {name: value for name, value in body.items() if name in plain.json()} == plain.json()
    assert set(body) - set(plain.json()) == {"queue", "unique_lock_id", "lock_expires_at"}
    assert answer["ETag"] == plain["ETag"]


def test_locked_task_is_the_same_when_asked_again_and_nobody_elses(flow, annotators):
    ids = flow.tasks(2)
    first, second, third = annotators(flow, 3)

    assert [flow.next(first)["id"] for _ in range(2)] == [ids[0]] * 2
    assert flow.next(first)["queue"] == "Task lock"
    assert flow.next(second)["id"] == ids[1]
    refused = flow.next(third, status=404)
    assert "locked by another user" in refused["detail"]
    assert (refused["code"], refused["data"]) == ("not_found", {"open_tasks": 2})


def test_lock_ends_by_submitting_by_skipping_and_by_time(alpha, flow, annotators):
    ids = flow.tasks(3)
    first, second = annotators(flow, 2)
    flow.skip(flow.next(first)["id"], first)
    assert flow.next(second)["id"] == ids[0]
    assert flow.next(first)["id"] == ids[1]
    expire_locks(alpha)
    assert flow.next(second)["id"] == ids[0]
    assert flow.next(first)["id"] == ids[1]
    flow.submit(ids[0], second)
    with tenant_scope(alpha):
        assert list(TaskLock.objects.values_list("task_id", "member_id")) == [(ids[1], first.member.id)]


def test_lock_in_its_second_half_is_extended(alpha, flow, annotator, settings):
    flow.tasks(1)
    client = annotator(flow)
    first = flow.next(client)["lock_expires_at"]
    settings.TENON_TASK_LOCK_SECONDS = 100_000

    again = flow.next(client)

    assert again["queue"] == "Task lock"
    assert again["lock_expires_at"] > first


def test_overlap_gives_a_task_to_as_many_as_it_needs(make_flow, annotators):
    flow = make_flow(maximum_annotations=2)
    ids = flow.tasks(2)
    first, second, third = annotators(flow, 3)

    assert [flow.next(client)["id"] for client in (first, second, third)] == [ids[0], ids[0], ids[1]]
    flow.submit(ids[0], first)
    assert flow.next(first)["id"] == ids[1]
    flow.submit(ids[0], second)
    assert flow.client.get(f"/api/tasks/{ids[0]}/").json()["is_labeled"] is True
    flow.next(second, status=404)


def test_begun_tasks_come_before_new_ones(make_flow, annotators):
    flow = make_flow(maximum_annotations=2)
    ids = flow.tasks(3)
    first, second = annotators(flow, 2)
    flow.submit(ids[2], first)

    assert (flow.next(second)["id"], flow.next(second)["queue"]) == (ids[2], "Task lock")
    flow.submit(ids[2], second)
    assert flow.next(second)["queue"] == "Sequence queue"


def test_order_goes_on_after_the_last_task_done_and_comes_back_for_the_gaps(flow, annotator):
    ids = flow.tasks(4)
    client = annotator(flow)
    flow.submit(ids[2], client)

    assert [task for task, _ in worked(flow, client)] == [ids[3], ids[0], ids[1]]


def test_tasks_with_overlap_come_first_where_the_project_says_so(flow):
    ids = flow.tasks(3)
    flow.client.patch(f"/api/tasks/{ids[1]}/", {"overlap": 2})
    flow.set(show_overlap_first=True)

    assert (flow.next()["id"], flow.next()["queue"]) == (ids[1], "Task lock")


def test_ground_truth_comes_first_where_the_project_says_so(make_flow, annotators):
    flow = make_flow(maximum_annotations=2, show_ground_truth_first=True)
    ids = flow.tasks(3)
    (client,) = annotators(flow, 1)
    flow.submit(ids[0])
    flow.submit(ids[2], ground_truth=True)

    assert worked(flow, client) == [
        (ids[2], "Ground truth queue"),
        (ids[0], "Breadth first queue"),
        (ids[1], "Sequence queue"),
    ]


def test_uncertain_tasks_come_first_by_the_projects_model(make_flow):
    flow = make_flow(sampling="Uncertainty sampling")
    ids = flow.tasks(4)
    for task, score, model in ((ids[0], 0.9, "m1"), (ids[1], 0.2, "m1"), (ids[2], 0.1, "m2"), (ids[2], 0.5, "m1")):
        body = {"task": task, "result": choice(), "score": score, "model_version": model}
        assert flow.client.post("/api/predictions/", body).status_code == 201
    flow.set(model_version="m1")

    seen = flow.next()
    assert [task for task, _ in worked(flow)] == [ids[1], ids[2], ids[0], ids[3]]
    assert [prediction["model_version"] for prediction in seen["predictions"]] == ["m1"]


def test_predictions_are_hidden_where_the_project_says_so(make_flow):
    flow = make_flow(show_collab_predictions=False)
    flow.imported([{"data": {"text": "x"}, "predictions": [{"result": choice()}]}])

    assert flow.next()["predictions"] == []


@pytest.mark.parametrize("counted", [0, 10_000], ids=["by a random id", "by counting"])
def test_uniform_sampling_hands_out_each_task_once_in_no_fixed_order(make_flow, monkeypatch, counted):
    monkeypatch.setattr(next_task, "EXACT_UNIFORM", counted)
    flow = make_flow(sampling="Uniform sampling")
    ids = flow.tasks(12)

    found = worked(flow)

    assert sorted(task for task, _ in found) == ids
    assert {queue for _, queue in found} == {"Uniform random queue"}
    assert [task for task, _ in found] != ids  # by chance once in 479 million


def test_skipped_task_goes_to_others(flow, annotators):
    (task,) = flow.tasks(1)
    first, second = annotators(flow, 2)
    flow.skip(flow.next(first)["id"], first)

    flow.next(first, status=404)
    assert flow.next(second)["id"] == task


def test_skipped_task_comes_back_to_me_after_the_others(make_flow, annotators):
    flow = make_flow(skip_queue="REQUEUE_FOR_ME")
    ids = flow.tasks(2)
    (client,) = annotators(flow, 1)
    flow.skip(flow.next(client)["id"], client)

    assert worked(flow, client) == [(ids[1], "Sequence queue"), (ids[0], "Skipped queue")]
    assert flow.counters()["skipped_annotations_number"] == 1


def test_ignored_skip_finishes_the_task(make_flow, annotators):
    flow = make_flow(skip_queue="IGNORE_SKIPPED")
    (task,) = flow.tasks(1)
    first, second = annotators(flow, 2)
    flow.skip(flow.next(first)["id"], first)

    flow.next(second, status=404)
    assert flow.counters()["finished_task_number"] == 1
    flow.set(skip_queue="REQUEUE_FOR_OTHERS")
    assert flow.next(second)["id"] == task
    assert flow.counters()["finished_task_number"] == 0


def test_postponed_task_comes_last(flow):
    ids = flow.tasks(3)
    flow.next()
    draft = flow.client.post(f"/api/tasks/{ids[0]}/drafts", {"result": choice(), "was_postponed": True})
    assert draft.status_code == 201

    assert worked(flow) == [
        (ids[1], "Sequence queue"),
        (ids[2], "Sequence queue"),
        (ids[0], "Postponed draft queue"),
    ]


def test_higher_overlap_opens_tasks_again(flow, annotator):
    (task,) = flow.tasks(1)
    client = annotator(flow)
    flow.submit(task)
    flow.next(client, status=404)

    flow.set(maximum_annotations=2)

    assert flow.next(client)["id"] == task
    assert flow.counters()["finished_task_number"] == 0
    flow.set(maximum_annotations=1)
    assert flow.counters()["finished_task_number"] == 1


def test_project_that_is_not_mine_has_no_next_task(flow, alpha, make_client):
    flow.tasks(1)
    stranger = make_client(alpha, role="AN")

    assert flow.next(stranger, status=404)["detail"] == f"There is no project {flow.project}."


def test_next_task_takes_two_statements_when_it_is_locked_and_six_when_it_is_not(
    flow, steady_gate, django_assert_num_queries
):
    ids = flow.tasks(3)
    flow.next()
    with django_assert_num_queries(2, exact=True):
        flow.next()
    flow.submit(ids[0])
    with django_assert_num_queries(6, exact=True):  # situation, savepoint, candidate, lock, release, task
        flow.next()


@pytest.fixture
def mostly_finished(alpha, flow):
    """Fill the project with 30,000 tasks of which the last ten are open."""
    (task,) = flow.tasks(1)
    with tenant_scope(alpha), connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO tasks_task (project_id, data, inner_id, overlap, is_labeled, allow_skip, total_annotations,
                   cancelled_annotations, total_predictions, created_at, updated_at)
               SELECT %(project)s, '{"text": "x"}', number, 1, number <= 29991, true, (number <= 29991)::int, 0, 0,
                      now(), now()
               FROM generate_series(2, 30001) number""",
            {"project": flow.project},
        )
        cursor.execute("DELETE FROM tasks_task WHERE id = %s", [task])
        cursor.execute("ANALYZE tasks_task")
    return flow


@pytest.mark.parametrize("statement", ["_IN_ORDER", "_GAPS"])
@pytest.mark.parametrize("condition", ["", next_task.WITH_OVERLAP])
def test_finished_tasks_are_never_read(alpha, mostly_finished, condition, statement):
    arguments = {"project": mostly_finished.project, "member": mostly_finished.client.member.id}
    arguments |= {"skipped_counts": False, "start": 0}
    query = getattr(next_task, statement).format(condition=condition)
    with tenant_scope(alpha), connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT TEXT) {query}", arguments)
        plan = "\n".join(line for (line,) in cursor.fetchall())

    assert "task_unfinished" in plan
    assert "Seq Scan on tasks_task" not in plan
    assert "Rows Removed by Filter: 29" not in plan
    assert mostly_finished.next()["queue"] == "Sequence queue"
