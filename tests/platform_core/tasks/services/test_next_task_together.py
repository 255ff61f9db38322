"""Members who ask and submit at the same moment, with real commits."""

import threading
from collections import Counter

import pytest
from django.db import connection

from platform_core.projects.models import ProjectCounters
from platform_core.sdk.testing.clients import client_of
from platform_core.tasks.models import Annotation, Task, TaskLock
from tenants.models import organization_refs
from tenants.scope import tenant_scope
from tests.platform_core.tasks.api.conftest import Flow

MEMBERS = 4
TASKS = 20


def together(clients, work):
    """Run `work(client)` for each client at once; return what each returned, or raise what it raised."""
    results, start = [None] * len(clients), threading.Barrier(len(clients))

    def run(place, client):
        try:
            start.wait()
            results[place] = work(client)
        except Exception as error:
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=item) for item in enumerate(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for result in results:
        if isinstance(result, Exception):
            raise result
    return results


@pytest.fixture
def crowd(committed):
    alpha = organization_refs(slug="alpha")[0]
    clients = [client_of(alpha, role="MA") for _ in range(MEMBERS)]
    return alpha, clients


@pytest.mark.parametrize("sampling", ["Sequential sampling", "Uniform sampling"])
def test_no_task_is_done_by_more_than_it_needs(crowd, sampling):
    alpha, clients = crowd
    flow = Flow(clients[0], maximum_annotations=2, sampling=sampling)
    ids = flow.tasks(TASKS)

    def work(client):
        done = []
        while (answer := client.get(f"/api/projects/{flow.project}/next/")).status_code == 200:
            done.append(answer.json()["id"])
            flow.submit(done[-1], client)
        assert answer.status_code == 404, answer.content
        return done

    done = together(clients, work)

    assert Counter(task for tasks in done for task in tasks) == dict.fromkeys(ids, 2)
    assert all(len(tasks) == len(set(tasks)) for tasks in done)
    with tenant_scope(alpha):
        assert not TaskLock.objects.exists()
        counters = ProjectCounters.objects.get(project=flow.project)
        assert (counters.total_annotations_number, counters.finished_task_number) == (2 * TASKS, TASKS)


def test_locks_never_go_over_the_overlap(crowd):
    alpha, clients = crowd
    flow = Flow(clients[0])
    ids = flow.tasks(2)

    statuses = together(clients, lambda client: client.get(f"/api/projects/{flow.project}/next/").status_code)

    assert sorted(statuses) == [200, 200, 404, 404]
    with tenant_scope(alpha):
        assert sorted(TaskLock.objects.values_list("task_id", flat=True)) == ids


def test_same_submission_at_once_makes_one_annotation(crowd):
    alpha, (client, *_others) = crowd
    flow = Flow(client)
    (task,) = flow.tasks(1)
    body = {"unique_id": "0f8f3e0e-1f4f-4b5e-9b3b-2b8f2a9f6c11"}

    answers = together([client] * MEMBERS, lambda one: one.post(f"/api/tasks/{task}/annotations/", body))

    assert sorted(answer.status_code for answer in answers) == [200] * (MEMBERS - 1) + [201]
    assert len({answer.content for answer in answers}) == 1
    with tenant_scope(alpha):
        assert Annotation.objects.count() == 1
        assert Task.objects.get(pk=task).total_annotations == 1


def test_changes_of_rules_and_work_do_not_wait_for_each_other_for_ever(crowd):
    _alpha, clients = crowd
    manager, *workers = clients
    flow = Flow(manager)
    ids = flow.tasks(8)

    def work(client):
        if client is manager:
            for maximum in (2, 1, 2, 1):
                flow.set(maximum_annotations=maximum)
        else:
            for task in ids:
                flow.submit(task, client)

    together(clients, work)

    assert flow.counters()["finished_task_number"] == len(ids)
    assert workers
