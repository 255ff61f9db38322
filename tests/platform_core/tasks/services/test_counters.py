"""Whatever members do in whatever order, the counters are what a recount finds."""

from django.db import transaction
from django.forms.models import model_to_dict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from platform_core.projects.models import ProjectCounters
from platform_core.projects.services import labelling_rules
from platform_core.tasks.models import AnnotationHistory, Task, TaskZone
from platform_core.tasks.queries import zones
from platform_core.tasks.services.counters import rebuild_counters
from tenants.scope import tenant_scope
from tests.platform_core.tasks.api.conftest import Flow, choice

COUNTED = (
    *("id", "total_annotations", "cancelled_annotations", "total_predictions", "completed_at", "is_labeled", "overlap"),
)
ZONED = tuple(field.name for field in TaskZone._meta.fields if not field.name.endswith("ed_at"))
which = st.integers(0, 5)
act = st.one_of(
    st.tuples(st.just("submit"), which, st.booleans(), st.booleans()),
    st.tuples(st.just("change"), which, st.sampled_from([{}, {"result": choice("Traffic")}, {"lead_time": 1}])),
    st.tuples(st.just("truth"), which, st.booleans()),
    st.tuples(st.just("skip"), which, st.booleans()),
    st.tuples(st.just("delete"), which),
    st.tuples(st.just("bulk"), st.lists(which, max_size=3)),
    st.tuples(st.just("bulk delete"), st.lists(which, max_size=3)),
    st.tuples(st.just("predict"), which),
    st.tuples(st.just("overlap"), which, st.integers(1, 3)),
    st.tuples(st.just("rules"), st.sampled_from([{"skip_queue": "IGNORE_SKIPPED"}, {"maximum_annotations": 2}])),
    st.tuples(st.just("delete task"), which),
    st.tuples(st.just("add tasks"), st.integers(1, 3)),
    st.tuples(st.just("predict many"), st.lists(which, min_size=1, max_size=3)),
)


class Worker:
    """Does acts on the objects that are there, by their place."""

    def __init__(self, client, overlap):
        self.flow = Flow(client, maximum_annotations=overlap)
        self.client = client
        self.tasks = self.flow.tasks(3)
        self.annotations = []

    def _pick(self, objects, place):
        return objects[place % len(objects)] if objects else None

    def do(self, name, *arguments):
        answer = getattr(self, name.replace(" ", "_"))(*arguments)
        assert answer is None or answer.status_code < 500, answer.content

    def submit(self, place, skipped, truth):
        body = {"result": choice(), "was_cancelled": skipped, "ground_truth": truth}
        if (task := self._pick(self.tasks, place)) is not None:
            answer = self.client.post(f"/api/tasks/{task}/annotations/", body)
            self.annotations.append(answer.json()["id"])

    def change(self, place, values):
        if (annotation := self._pick(self.annotations, place)) is not None:
            return self.client.patch(f"/api/annotations/{annotation}/", values)
        return None

    def truth(self, place, value):
        return self.change(place, {"ground_truth": value})

    def skip(self, place, value):
        return self.change(place, {"was_cancelled": value})

    def delete(self, place):
        if (annotation := self._pick(self.annotations, place)) is not None:
            return self.client.delete(f"/api/annotations/{annotation}/")
        return None

    def bulk(self, places):
        tasks = [self._pick(self.tasks, place) for place in places if self.tasks]
        answer = self.client.post("/api/annotations/bulk/", {"tasks": tasks, "result": choice()})
        if answer.status_code == 201:
            self.annotations += [item["id"] for item in answer.json()]
        return answer

    def bulk_delete(self, places):
        ids = [self._pick(self.annotations, place) for place in places if self.annotations]
        return self.client.post("/api/annotations/bulk-delete/", {"ids": ids, "project": self.flow.project})

    def predict(self, place):
        if (task := self._pick(self.tasks, place)) is not None:
            return self.client.post("/api/predictions/", {"task": task, "result": choice()})
        return None

    def overlap(self, place, value):
        if (task := self._pick(self.tasks, place)) is not None:
            return self.client.patch(f"/api/tasks/{task}/", {"overlap": value})
        return None

    def rules(self, values):
        return self.client.patch(f"/api/projects/{self.flow.project}/", values)

    def add_tasks(self, count):
        if count == 1:
            answer = self.client.post("/api/tasks/", {"data": {"text": "one"}, "project": self.flow.project})
            self.tasks.append(answer.json()["id"])
        else:
            self.tasks += self.flow.tasks(count)

    def predict_many(self, places):
        items = [{"task": self._pick(self.tasks, place), "result": choice()} for place in places if self.tasks]
        return self.client.post(f"/api/projects/{self.flow.project}/import/predictions", items)

    def delete_task(self, place):
        if (task := self._pick(self.tasks, place)) is not None:
            self.tasks.remove(task)
            return self.client.delete(f"/api/tasks/{task}/")
        return None


def counters(project):
    # The revision counts changes; a recount is one.
    facts = model_to_dict(ProjectCounters.objects.get(project=project), exclude=["revision", "stale_zones"])
    return facts, list(Task.objects.filter(project=project).order_by("pk").values(*COUNTED))


def zone_facts(project):
    zones.refresh_zones(project)
    return list(TaskZone.objects.filter(project=project).order_by("number").values(*ZONED))


def check_zones(project):
    """What writers noted is all that was to be counted again."""
    kept = zone_facts(project)
    ProjectCounters.objects.filter(project=project).update(stale_zones=None)
    assert kept == zone_facts(project)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(acts=st.lists(act, max_size=12), overlap=st.integers(1, 2))
def test_counters_and_zones_are_what_a_recount_finds(alpha, alpha_client, monkeypatch, acts, overlap):
    monkeypatch.setattr(zones, "SMALL", 0)
    monkeypatch.setattr(zones, "SIZE", 2)
    monkeypatch.setattr(labelling_rules, "ZONE_SIZE", 2)
    with transaction.atomic():
        worker = Worker(alpha_client, overlap)
        for item in acts:
            worker.do(*item)
        with tenant_scope(alpha):
            check_zones(worker.flow.project)
            kept = counters(worker.flow.project)
            rebuild_counters(project_id=worker.flow.project)
            assert kept == counters(worker.flow.project)
            last = {row.task_id: row.task_begun for row in AnnotationHistory.objects.order_by("pk")}
            tasks = Task.objects.filter(project=worker.flow.project, pk__in=last)
            assert {task.pk: last[task.pk] for task in tasks} == {
                task.pk: task.total_annotations + task.cancelled_annotations > 0 for task in tasks
            }
        transaction.set_rollback(True)
