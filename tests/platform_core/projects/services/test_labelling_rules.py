"""A change of overlap or skip queue reaches every task, at once or part by part; counters hold throughout."""

import pytest
from django.db import transaction
from django.forms.models import model_to_dict

from platform_core.projects.models import Project, ProjectCounters
from platform_core.projects.services import labelling_rules
from platform_core.projects.services.labelling_rules import apply_labelling_rules, apply_next_part, are_rules_pending
from platform_core.tasks.models import Task
from platform_core.tasks.services.counters import rebuild_counters
from tenants.scope import tenant_scope
from tests.platform_core.tasks.api.conftest import Flow


@pytest.fixture
def big(alpha_client, monkeypatch):
    """Return a project of 10 tasks, each second one annotated, that counts as big; parts have 3 tasks."""
    flow = Flow(alpha_client)
    tasks = flow.tasks(10)
    for task in tasks[::2]:
        flow.submit(task)
    monkeypatch.setattr(labelling_rules, "MAX_AT_ONCE", 9)
    monkeypatch.setattr(labelling_rules, "PART", 3)
    return flow


def behind(flow):
    return flow.client.get(f"/api/projects/{flow.project}/").json()["tasks_behind_rules"]


def finished(project):
    return list(Task.objects.filter(project=project).order_by("pk").values_list("overlap", "is_labeled"))


def check_counters(project):
    kept = model_to_dict(ProjectCounters.objects.get(project=project), exclude=["revision", "stale_zones"])
    rebuild_counters(project_id=project)
    assert kept == model_to_dict(ProjectCounters.objects.get(project=project), exclude=["revision", "stale_zones"])


def change(flow, **settings):
    """Change rules as the service does, without starting the job."""
    with transaction.atomic():
        Project.objects.filter(pk=flow.project).update(**settings)
        apply_labelling_rules(Project.objects.get(pk=flow.project), settings)


def test_big_project_is_brought_up_by_a_job_that_the_answer_names(alpha, alpha_client, big, jobs_run_at_once):
    answer = alpha_client.patch(f"/api/projects/{big.project}/", {"maximum_annotations": 2})

    job = alpha_client.get(f"/api/jobs/{answer['X-Tenon-Job']}/").json()
    assert (job["status"], job["result"]) == ("completed", {"project": big.project, "tasks": 10})
    assert behind(big) == 0
    with tenant_scope(alpha):
        assert finished(big.project) == [(2, False)] * 10
        check_counters(big.project)


def test_small_project_is_brought_up_at_once_without_a_job(alpha, alpha_client, big, monkeypatch):
    monkeypatch.setattr(labelling_rules, "MAX_AT_ONCE", 10)

    answer = alpha_client.patch(f"/api/projects/{big.project}/", {"maximum_annotations": 2})

    assert "X-Tenon-Job" not in answer.headers
    assert behind(big) == 0
    with tenant_scope(alpha):
        assert finished(big.project) == [(2, False)] * 10


def test_other_settings_start_nothing(alpha_client, big):
    answer = alpha_client.patch(f"/api/projects/{big.project}/", {"title": "Other", "maximum_annotations": 1})

    assert "X-Tenon-Job" not in answer.headers


def test_work_and_new_rules_between_parts_are_kept_and_a_repeated_job_goes_on(alpha, alpha_client, big):
    with tenant_scope(alpha):
        change(big, maximum_annotations=2)
        assert apply_next_part(project_id=big.project).done == 3
    assert behind(big) == 7
    with tenant_scope(alpha):
        # The worker is killed here. Meanwhile somebody annotates on both sides of the border, and adds tasks.
        ids = list(Task.objects.filter(project=big.project).order_by("pk").values_list("pk", flat=True))
        assert finished(big.project) == [(2, False)] * 3 + [(1, False), (1, True)] * 3 + [(1, False)]
    big.submit(ids[0])
    big.submit(ids[9])
    big.tasks(2)
    with tenant_scope(alpha):
        check_counters(big.project)
        # Only the skip queue changes now; the overlap that is pending must not be forgotten.
        change(big, skip_queue="IGNORE_SKIPPED")
    assert behind(big) == 12
    with tenant_scope(alpha):
        while apply_next_part(project_id=big.project) is not None:
            check_counters(big.project)
        assert not are_rules_pending(big.project)
        assert finished(big.project) == [(2, True)] + [(2, False)] * 11
        assert apply_next_part(project_id=big.project) is None


def test_job_of_a_deleted_project_ends(alpha, big):
    with tenant_scope(alpha):
        assert apply_next_part(project_id=big.project + 1000) is None
