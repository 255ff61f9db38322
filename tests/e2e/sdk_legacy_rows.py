"""The SDK's older client (`label_studio_sdk._legacy`): each public method, how it is called, what it must answer.

Run from top to bottom by `sdk_table.py` in an organization of their own. It asks for many paths without their slash.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.e2e.sdk_world import CONFIG, TEXTS, items, said

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001"
    "a5f645400000000049454e44ae426082"
)


class LegacyWorld:
    """What the session has.

    Attributes:
        client: the older client.
        data_manager: the SDK's module with filters, operators and columns.
        enums: `sampling`, the SDK's kinds of sampling.
        folder: for downloads.
        wait: returns the first true value of a function.
        project: the project that the rows work on.
    """

    def __init__(self, **facts):
        self.answers = {}
        self.__dict__.update(facts)

    def __getitem__(self, method):
        return self.answers[method]

    def has(self, text):
        """Return a filter made with the SDK's own means."""
        manager = self.data_manager
        column, operator = manager.Column.data("text"), manager.Operator.CONTAINS
        item = manager.Filters.item(column, operator, manager.Type.String, manager.Filters.value(text))
        return manager.Filters.create(manager.Filters.AND, [item])

    def snapshot(self):
        """Return the id of the snapshot once it is complete."""
        export_id = self["Project.export_snapshot_create"]["id"]
        self.wait(lambda: self.project.export_snapshot_status(export_id).is_completed())
        return export_id

    def with_file(self):
        """Import a picture; return its task."""
        path = Path(self.folder) / "pixel.png"
        path.write_bytes(PIXEL)
        (task,) = self.other.import_tasks(str(path))
        return [self.other.get_task(task)]


@dataclass(frozen=True, slots=True)
class LegacyRow:
    """One call.

    Attributes:
        method: class and name.
        call: makes the call.
        check: says of answer and world whether it is right.
        shows: the check in words.
    """

    method: str
    call: Callable[[LegacyWorld], Any]
    check: Callable[[Any, LegacyWorld], object]
    shows: str


def tasks_of(world):
    return world["Project.import_tasks"]


CLIENT = (
    LegacyRow("Client.check_connection", lambda w: w.client.check_connection(), lambda a, w: a["status"] == "UP", "UP"),
    LegacyRow(
        "Client.get_versions",
        lambda w: w.client.get_versions(),
        lambda a, w: a["edition"] == "Community",
        "the edition",
    ),
    LegacyRow(
        "Client.get_organization", lambda w: w.client.get_organization(), lambda a, w: a["title"], "id and title"
    ),
    LegacyRow(
        "Client.get_users",
        lambda w: w.client.get_users(),
        lambda a, w: [one.email for one in a] == [w.owner],
        "everybody",
    ),
    LegacyRow(
        "Client.start_project",
        lambda w: w.begin(w.client.start_project(title="Legacy", label_config=CONFIG)),
        lambda a, w: a.title == "Legacy" and list(a.parsed_label_config) == ["topic"],
        "the project",
    ),
    LegacyRow(
        "Client.create_project",
        lambda w: w.client.create_project(title="Other", label_config=CONFIG.replace("Text", "Image")),
        lambda a, w: w.keep_other(a).title == "Other",
        "the project",
    ),
    LegacyRow(
        "Client.get_project",
        lambda w: w.client.get_project(w.project.id),
        lambda a, w: a.get_params()["title"] == "Legacy",
        "the project",
    ),
    LegacyRow(
        "Client.list_projects",
        lambda w: w.client.list_projects(title="legacy"),
        lambda a, w: [one.id for one in a] == [w.project.id],
        "those whose title has the text",
    ),
    LegacyRow(
        "Client.get_projects",
        lambda w: w.client.get_projects(),
        lambda a, w: {one.id for one in a} == {w.project.id, w.other.id},
        "all",
    ),
    LegacyRow(
        "Client.make_request",
        lambda w: w.client.make_request("GET", "/api/projects/999999", raise_exceptions=False),
        lambda a, w: (a.status_code, a.history, a.json()["status_code"]) == (404, [], 404),
        "an error in JSON, not a redirect",
    ),
)

PROJECT = (
    LegacyRow(
        "Project.get_from_id",
        lambda w: type(w.project).get_from_id(w.client, w.project.id),
        lambda a, w: a.title == "Legacy",
        "the project",
    ),
    LegacyRow(
        "Project.get_params", lambda w: w.project.get_params(), lambda a, w: a["id"] == w.project.id, "its fields"
    ),
    LegacyRow(
        "Project.set_params",
        lambda w: w.project.set_params(description="Old"),
        lambda a, w: w.project.get_params()["description"] == "Old",
        "what was changed",
    ),
    LegacyRow(
        "Project.update_params",
        lambda w: w.project.update_params(),
        lambda a, w: w.project.params["description"] == "Old",
        "the fields as they are now",
    ),
    LegacyRow(
        "Project.set_sampling",
        lambda w: w.project.set_sampling(w.enums.sampling.RANDOM),
        lambda a, w: w.project.get_params()["sampling"] == "Uniform sampling",
        "the sampling",
    ),
    LegacyRow(
        "Project.set_published",
        lambda w: w.project.set_published(True),
        lambda a, w: w.project.get_params()["is_published"] is True,
        "the state",
    ),
    LegacyRow(
        "Project.parsed_label_config",
        lambda w: w.project.parsed_label_config,
        lambda a, w: a["topic"]["labels"] == ["Weather", "Traffic"],
        "the config's controls",
    ),
    LegacyRow(
        "Project.import_tasks",
        lambda w: w.project.import_tasks(items(TEXTS)),
        lambda a, w: len(set(a)) == len(TEXTS),
        "their ids",
    ),
    LegacyRow(
        "Project.get_task",
        lambda w: w.project.get_task(tasks_of(w)[0]),
        lambda a, w: a["data"] == {"text": TEXTS[0]},
        "the task",
    ),
    LegacyRow(
        "Project.update_task",
        lambda w: w.project.update_task(tasks_of(w)[3], data={"text": "Changed"}),
        lambda a, w: a["data"] == {"text": "Changed"},
        "what was changed",
    ),
    LegacyRow(
        "Project.create_prediction",
        lambda w: w.project.create_prediction(tasks_of(w)[1], result=said("Weather"), score=0.5, model_version="m1"),
        lambda a, w: (a["task"], a["model_version"]) == (tasks_of(w)[1], "m1"),
        "the prediction",
    ),
    LegacyRow(
        "Project.create_predictions",
        lambda w: w.project.create_predictions(
            [{"task": task, "result": said("Traffic"), "model_version": "m2"} for task in tasks_of(w)[:2]]
        ),
        lambda a, w: a["created"] == 2,
        "how many",
    ),
    LegacyRow(
        "Project.get_model_versions",
        lambda w: w.project.get_model_versions(),
        lambda a, w: a == {"m1": 1, "m2": 2},
        "how many predictions each has",
    ),
    LegacyRow(
        "Project.get_predictions_coverage",
        lambda w: w.project.get_predictions_coverage(),
        lambda a, w: a == {"m1": 0.25, "m2": 0.5},
        "their share of the tasks",
    ),
    LegacyRow(
        "Project.set_model_version",
        lambda w: w.project.set_model_version("m2"),
        lambda a, w: w.project.get_params()["model_version"] == "m2",
        "the version",
    ),
    LegacyRow(
        "Project.create_annotations_from_predictions",
        lambda w: w.project.create_annotations_from_predictions(["m1"]),
        lambda a, w: a["processed_items"] == len(w.project.list_annotations(tasks_of(w)[1])) == 1,
        "one for each prediction of the version",
    ),
    LegacyRow(
        "Project.create_annotation",
        lambda w: w.project.create_annotation(tasks_of(w)[0], result=said("Weather"), lead_time=1.5),
        lambda a, w: (a["task"], a["lead_time"]) == (tasks_of(w)[0], 1.5),
        "the annotation",
    ),
    LegacyRow(
        "Project.list_annotations",
        lambda w: w.project.list_annotations(tasks_of(w)[0]),
        lambda a, w: [one["id"] for one in a] == [w["Project.create_annotation"]["id"]],
        "those of the task",
    ),
    LegacyRow(
        "Project.get_annotation",
        lambda w: w.project.get_annotation(w["Project.create_annotation"]["id"]),
        lambda a, w: a["result"] == w["Project.create_annotation"]["result"],
        "the annotation",
    ),
    LegacyRow(
        "Project.update_annotation",
        lambda w: w.project.update_annotation(w["Project.create_annotation"]["id"], result=said("Traffic")),
        lambda a, w: a["result"][0]["value"] == {"choices": ["Traffic"]},
        "what was changed",
    ),
    LegacyRow(
        "Project.get_tasks",
        lambda w: w.project.get_tasks(filters=w.has("wind"), ordering=["-" + w.data_manager.Column.id]),
        lambda a, w: [one["data"]["text"] for one in a] == ["Wind from the left"],
        "what a filter of the SDK's data_manager means",
    ),
    LegacyRow(
        "Project.get_tasks_ids",
        lambda w: w.project.get_tasks_ids(selected_ids=tasks_of(w)[:2]),
        lambda a, w: a == tasks_of(w)[:2],
        "ids of a selection",
    ),
    LegacyRow(
        "Project.get_paginated_tasks",
        lambda w: w.project.get_paginated_tasks(page=2, page_size=3),
        lambda a, w: (a["total"], len(a["tasks"]), a["total_annotations"]) == (4, 1, 2),
        "a page and the totals",
    ),
    LegacyRow(
        "Project.get_paginated_tasks_ids",
        lambda w: w.project.get_paginated_tasks_ids(page_size=2),
        lambda a, w: a["tasks"] == tasks_of(w)[:2],
        "a page of ids",
    ),
    LegacyRow("Project.tasks", lambda w: w.project.tasks, lambda a, w: len(a) == len(TEXTS), "all tasks"),
    LegacyRow("Project.tasks_ids", lambda w: w.project.tasks_ids, lambda a, w: a == tasks_of(w), "all ids"),
    LegacyRow(
        "Project.get_labeled_tasks",
        lambda w: w.project.get_labeled_tasks(),
        lambda a, w: [one["id"] for one in a] == tasks_of(w)[:2],
        "what is done",
    ),
    LegacyRow(
        "Project.get_labeled_tasks_ids",
        lambda w: w.project.get_labeled_tasks_ids(),
        lambda a, w: a == tasks_of(w)[:2],
        "its ids",
    ),
    LegacyRow(
        "Project.get_unlabeled_tasks",
        lambda w: w.project.get_unlabeled_tasks(),
        lambda a, w: [one["id"] for one in a] == tasks_of(w)[2:],
        "what is open",
    ),
    LegacyRow(
        "Project.get_unlabeled_tasks_ids",
        lambda w: w.project.get_unlabeled_tasks_ids(),
        lambda a, w: a == tasks_of(w)[2:],
        "its ids",
    ),
    LegacyRow(
        "Project.create_view",
        lambda w: w.project.create_view(filters=w.has("fog"), title="Foggy"),
        lambda a, w: a["data"]["title"] == "Foggy" and len(w.project.get_tasks(view_id=a["id"])) == 1,
        "the view, and its tasks",
    ),
    LegacyRow(
        "Project.get_views",
        lambda w: w.project.get_views(),
        lambda a, w: [one["id"] for one in a] == [w["Project.create_view"]["id"]],
        "the views",
    ),
    LegacyRow(
        "Project.delete_view",
        lambda w: w.project.delete_view(w["Project.create_view"]["id"]),
        lambda a, w: w.project.get_views() == [],
        "it is gone",
    ),
    LegacyRow(
        "Project.export_tasks",
        lambda w: w.project.export_tasks(ids=tasks_of(w)[:1]),
        lambda a, w: [one["id"] for one in a] == tasks_of(w)[:1],
        "the tasks that were asked for",
    ),
    LegacyRow(
        "Project.export_snapshot_create",
        lambda w: w.project.export_snapshot_create(title="Old", annotation_filter_options_skipped=False),
        lambda a, w: a["title"] == "Old",
        "a snapshot in the making",
    ),
    LegacyRow(
        "Project.export_snapshot_status",
        lambda w: w.project.export_snapshot_status(w.snapshot()),
        lambda a, w: a.is_completed() and a.response["counters"]["task_number"] == len(TEXTS),
        "its state and how many tasks",
    ),
    LegacyRow(
        "Project.export_snapshot_list",
        lambda w: w.project.export_snapshot_list(),
        lambda a, w: [one["id"] for one in a] == [w.snapshot()],
        "the snapshots",
    ),
    LegacyRow(
        "Project.export_snapshot_download",
        lambda w: w.project.export_snapshot_download(w.snapshot(), export_type="JSON", path=w.folder),
        lambda a, w: a[0] == 200 and (Path(w.folder) / a[1]).stat().st_size > 2,
        "the file",
    ),
    LegacyRow(
        "Project.export_snapshot_delete",
        lambda w: w.project.export_snapshot_delete(w.snapshot()),
        lambda a, w: a == 204 and w.project.export_snapshot_list() == [],
        "it is gone",
    ),
    LegacyRow(
        "Project.export",
        lambda w: w.project.export(filters=w.has("fog"), output_dir=w.folder),
        lambda a, w: a["status"] == 200 and (Path(w.folder) / a["filename"]).stat().st_size > 2,
        "the file of what a filter means, in one call",
    ),
    LegacyRow(
        "Project.get_files_from_tasks",
        lambda w: w.other.get_files_from_tasks(w.with_file()),
        lambda a, w: [Path(name).read_bytes() for name in a] == [PIXEL],
        "the uploaded file",
    ),
    LegacyRow(
        "Project.delete_annotation",
        lambda w: w.project.delete_annotation(w["Project.create_annotation"]["id"]),
        lambda a, w: a == 204 and w.project.list_annotations(tasks_of(w)[0]) == [],
        "it is gone",
    ),
    LegacyRow(
        "Project.delete_task",
        lambda w: w.project.delete_task(tasks_of(w)[0]),
        lambda a, w: a.status_code == 204 and w.project.tasks_ids == tasks_of(w)[1:],
        "it is gone",
    ),
    LegacyRow(
        "Project.delete_tasks",
        lambda w: w.project.delete_tasks(tasks_of(w)[1:2]),
        lambda a, w: w.wait(lambda: w.project.tasks_ids == tasks_of(w)[2:]),
        "they are gone, and no other",
    ),
    LegacyRow(
        "Project.delete_all_tasks",
        lambda w: w.project.delete_all_tasks(excluded_ids=tasks_of(w)[2:3]),
        lambda a, w: w.wait(lambda: w.project.tasks_ids == tasks_of(w)[2:3]),
        "all but those that are kept",
    ),
    LegacyRow(
        "Client.delete_project",
        lambda w: w.client.delete_project(w.other.id),
        lambda a, w: a.status_code == 204 and [one.id for one in w.client.get_projects()] == [w.project.id],
        "it is gone",
    ),
    LegacyRow(
        "Client.delete_all_projects",
        lambda w: w.client.delete_all_projects(),
        lambda a, w: [one.status_code for one in a] == [204] and w.client.get_projects() == [],
        "none is left",
    ),
)

LEGACY_ROWS = (*CLIENT, *PROJECT)

STORAGES = "storages: a plugin to come"
ENTERPRISE = "the client itself, or Label Studio, offers it for the Enterprise edition only"
LOCAL = "a part of the client that asks for nothing"
LEGACY_ELSEWHERE = {
    "Client.get_api_key": "signing in by password at Label Studio's page: keys are kept as digests, so none could be "
    "handed out; use an API token",
    "Client.create_user": "it invites, and there is no id before somebody accepts; the client's `User` insists on one. "
    "`users.create` of the newer client takes the answer",
    "Client.get_session": LOCAL,
    "Client.get_url": LOCAL,
    "Client.log_response_error": LOCAL,
    "Client.get_workspaces": ENTERPRISE,
    "Client.get_workspace_by_title": ENTERPRISE,
    "Client.sync_storage": STORAGES,
    **dict.fromkeys(
        (
            *("Project.get_members", "Project.add_member", "Project.assign_annotators", "Project.assign_reviewers"),
            *("Project.delete_annotators_assignment", "Project.delete_reviewers_assignment"),
            *("Project.assign_reviewers_by_sampling", "Project.assign_annotators_by_sampling"),
        ),
        ENTERPRISE,
    ),
    "Project.get_predictions_conflict": "the client raises NotImplementedError",
    "Project.get_predictions_precision": "the client raises NotImplementedError",
    "Project.start_project": "called by `Client.start_project`",
    **dict.fromkeys(
        (
            *("Project.connect_google_import_storage", "Project.connect_google_export_storage"),
            *("Project.connect_s3_import_storage", "Project.connect_s3s_iam_import_storage"),
            *("Project.connect_s3_export_storage", "Project.connect_azure_import_storage"),
            *("Project.connect_azure_export_storage", "Project.connect_local_import_storage"),
            *("Project.sync_import_storage", "Project.sync_export_storage"),
            *("Project.get_import_storages", "Project.get_export_storages"),
        ),
        STORAGES,
    ),
}


def faults_of_legacy_coverage(methods):
    """Return which methods are neither called nor left out, and which names are no methods."""
    named = {row.method for row in LEGACY_ROWS} | set(LEGACY_ELSEWHERE)
    return {"missing": sorted(set(methods) - named), "unknown": sorted(named - set(methods))}
