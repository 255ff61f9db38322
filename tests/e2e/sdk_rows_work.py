"""The stock SDK's methods about projects, tasks and what is said of them: how each is called, what it must answer."""

import json
from uuid import uuid4

from tests.e2e.sdk_world import CONFIG, TEXTS, Row, from_id, ids, items, said

UNIQUE_ID = str(uuid4())

PROJECTS = (
    Row(
        "projects.create",
        "POST api/projects/",
        lambda w: {"title": "Reports", "label_config": CONFIG, "color": "#0055AA", "maximum_annotations": 2},
        lambda a, w: (
            (a.title, a.color, a.maximum_annotations) == ("Reports", "#0055AA", 2)
            and list(a.parsed_label_config) == ["topic"]
        ),
        "what was asked for, and the config's controls",
    ),
    Row(
        "projects.get",
        "GET api/projects/{id}/",
        lambda w: {"id": w.project},
        lambda a, w: a.title == "Reports" and list(a.get_label_interface().find_tags("Choices")),
        "the project; the SDK reads its label config",
    ),
    Row(
        "projects.update",
        "PATCH api/projects/{id}/",
        lambda w: {"id": w.project, "description": "Of last week", "sampling": "Uniform sampling"},
        lambda a, w: (a.description, a.title, a.sampling) == ("Of last week", "Reports", "Uniform sampling"),
        "what was changed, and the rest",
    ),
    Row(
        "projects.validate_label_config",
        "POST api/projects/{id}/validate/",
        lambda w: {"id": w.project, "label_config": CONFIG},
        lambda a, w: a.label_config == CONFIG,
        "the config; a wrong one is refused",
    ),
    Row(
        "projects.import_tasks",
        "POST api/projects/{id}/import",
        lambda w: {"id": w.project, "request": items(TEXTS), "return_task_ids": True},
        lambda a, w: (a.task_count, len(a.task_ids), a.annotation_count) == (len(TEXTS), len(TEXTS), 0),
        "how many, and their ids",
    ),
    Row(
        "tasks.create_many_status",
        "GET api/projects/{id}/imports/{id}/",
        lambda w: {"id": w.project, "import_pk": w.import_run()},
        lambda a, w: (a.status, a.task_count, a.project) == ("completed", 1, w.project),
        "state and counts of an import",
    ),
    Row(
        "projects.import_predictions",
        "POST api/projects/{id}/import/predictions",
        lambda w: {
            "id": w.project,
            "request": [{"task": w.tasks[0], "result": said("Weather"), "score": 0.5, "model_version": "m1"}],
        },
        lambda a, w: a.created == 1,
        "how many",
    ),
    Row(
        "projects.list",
        "GET api/projects/",
        lambda w: {"title": "report", "page_size": 1},
        lambda a, w: ids(a) == [w.project],
        "those whose title has the text",
    ),
    Row(
        "projects.list_counts",
        "GET api/projects/counts/",
        lambda w: {"ids": str(w.project)},
        lambda a, w: (
            [(one.id, one.task_number, one.total_predictions_number) for one in a.results]
            == [(w.project, len(TEXTS) + 1, 1)]
        ),
        "its counters",
    ),
    Row(
        "projects.duplicate",
        "POST api/projects/{id}/duplicate/",
        lambda w: {"id": w.project, "mode": "settings,data", "title": "Again", "workspace": 1},
        lambda a, w: a.id != w.project and w.wait(lambda: w.sdk.projects.get(id=a.id).task_number == len(TEXTS) + 1),
        "another project with the same tasks",
    ),
)

WORK = (
    Row(
        "tasks.create",
        "POST api/tasks/",
        lambda w: {"project": w.project, "data": {"text": "One more"}, "meta": {"from": "sdk"}},
        lambda a, w: (a.data, a.meta, a.project) == ({"text": "One more"}, {"from": "sdk"}, w.project),
        "the task",
    ),
    Row(
        "tasks.get",
        "GET api/tasks/{id}/",
        lambda w: {"id": w["tasks.create"].id},
        lambda a, w: a.id == w["tasks.create"].id and a.data == {"text": "One more"},
        "the task",
    ),
    Row(
        "tasks.update",
        "PATCH api/tasks/{id}/",
        lambda w: {"id": w["tasks.create"].id, "data": {"text": "Changed"}},
        lambda a, w: a.data == {"text": "Changed"} and a.meta == {"from": "sdk"},
        "what was changed, and the rest",
    ),
    Row(
        "tasks.list",
        "GET api/tasks/",
        lambda w: {"project": w.project, "page_size": 2, "query": json.dumps({"filters": from_id(w.tasks[0])})},
        lambda a, w: set(w.tasks) < set(ids(a)) and len(set(ids(a))) == len(TEXTS) + 2,
        "all that the filter means, page by page",
    ),
    Row(
        "tasks.delete",
        "DELETE api/tasks/{id}/",
        lambda w: {"id": w["tasks.create"].id},
        lambda a, w: w.refused(404, lambda: w.sdk.tasks.get(id=w["tasks.create"].id)),
        "it is gone",
    ),
    Row(
        "annotations.create",
        "POST api/tasks/{id}/annotations/",
        lambda w: {"id": w.tasks[0], "result": said("Weather"), "lead_time": 2.5, "unique_id": UNIQUE_ID},
        lambda a, w: (
            (a.task, a.project, a.lead_time, a.completed_by, a.result[0]["value"])
            == (w.tasks[0], w.project, 2.5, w["users.whoami"].id, {"choices": ["Weather"]})
        ),
        "the annotation, and whose it is",
    ),
    Row(
        "annotations.get",
        "GET api/annotations/{id}/",
        lambda w: {"id": w["annotations.create"].id},
        lambda a, w: a.task == w.tasks[0] and a.result == w["annotations.create"].result,
        "the annotation",
    ),
    Row(
        "annotations.update",
        "PATCH api/annotations/{id}/",
        lambda w: {"id": w["annotations.create"].id, "result": said("Traffic"), "ground_truth": True},
        lambda a, w: a.result[0]["value"] == {"choices": ["Traffic"]} and a.ground_truth,
        "what was changed",
    ),
    Row(
        "annotations.list",
        "GET api/tasks/{id}/annotations/",
        lambda w: {"id": w.tasks[0], "ordering": "-id"},
        lambda a, w: ids(a) == [w["annotations.create"].id],
        "those of the task",
    ),
    Row(
        "annotations.create_bulk",
        "POST api/annotations/bulk/",
        lambda w: {"tasks": w.tasks[1:3], "project": w.project, "result": said("Weather")},
        lambda a, w: len({item.id for item in a}) == 2,
        "one for each task",
    ),
    Row(
        "annotations.delete_bulk",
        "POST api/annotations/bulk-delete/",
        lambda w: {"ids": ids(w["annotations.create_bulk"])[:1], "project": w.project},
        lambda a, w: a.deleted_count == 1,
        "how many",
    ),
    Row(
        "annotation_history.list",
        "GET api/annotation-history/",
        lambda w: {"annotation": w["annotations.create"].id},
        lambda a, w: len(a) == 2,
        "its two versions",
    ),
    Row(
        "annotation_history.retrieve",
        "GET api/annotation-history/{id}/",
        lambda w: {"id": w["annotation_history.list"][0].id},
        lambda a, w: a.id == w["annotation_history.list"][0].id and a.result,
        "one version with its result",
    ),
    Row(
        "annotation_history.delete",
        "DELETE api/annotation-history/",
        lambda w: {"annotation": w["annotations.create"].id},
        lambda a, w: w.sdk.annotation_history.list(annotation=w["annotations.create"].id) == [],
        "they are gone",
    ),
    Row(
        "predictions.create",
        "POST api/predictions/",
        lambda w: {"task": w.tasks[1], "result": said("Traffic"), "score": 0.75, "model_version": "m2"},
        lambda a, w: (a.task, a.score, a.model_version) == (w.tasks[1], 0.75, "m2"),
        "the prediction",
    ),
    Row(
        "predictions.list",
        "GET api/predictions/",
        lambda w: {"project": w.project},
        lambda a, w: {item.model_version for item in a} == {"m1", "m2"},
        "those of the project",
    ),
    Row(
        "predictions.get",
        "GET api/predictions/{id}/",
        lambda w: {"id": w["predictions.create"].id},
        lambda a, w: a.score == 0.75 and a.result[0]["value"] == {"choices": ["Traffic"]},
        "the prediction",
    ),
    Row(
        "predictions.update",
        "PATCH api/predictions/{id}/",
        lambda w: {"id": w["predictions.create"].id, "score": 0.25},
        lambda a, w: (a.score, a.model_version) == (0.25, "m2"),
        "what was changed, and the rest",
    ),
    Row(
        "predictions.delete",
        "DELETE api/predictions/{id}/",
        lambda w: {"id": w["predictions.create"].id},
        lambda a, w: [item.model_version for item in w.sdk.predictions.list(project=w.project)] == ["m1"],
        "it is gone",
    ),
    Row(
        "projects.list_unique_annotators",
        "GET api/projects/{id}/annotators/",
        lambda w: {"id": w.project},
        lambda a, w: [item.email for item in a] == [w.owner],
        "who annotated",
    ),
    Row(
        "states.state_history",
        "GET api/fsm/entities/task/{id}/history",
        lambda w: {"entity_name": "task", "entity_id": w.tasks[0]},
        lambda a, w: [item.state for item in a],
        "its states",
    ),
    Row(
        "states.execute_transition",
        "POST api/fsm/entities/annotation/{id}/transition/",
        lambda w: {
            "entity_name": "annotation",
            "entity_id": w["annotations.create"].id,
            "transition_name": "annotation_skipped",
        },
        lambda a, w: a.new_state,
        "the new state",
    ),
    Row(
        "annotations.delete",
        "DELETE api/annotations/{id}/",
        lambda w: {"id": w["annotations.create"].id},
        lambda a, w: w.refused(404, lambda: w.sdk.annotations.get(id=w["annotations.create"].id)),
        "it is gone",
    ),
)
