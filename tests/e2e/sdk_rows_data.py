"""The stock SDK's methods about files, exports, the data manager and webhooks: how each is called, what it answers."""

from tests.e2e.sdk_world import TEXTS, Row, from_id, ids, is_none, nothing

FILES = (
    Row(
        "files.list",
        "GET api/projects/{id}/file-uploads",
        lambda w: {"id": w.project, "all_": True},
        lambda a, w: {one.file.rpartition(".")[2] for one in a} == {"json"},
        "the files of the project",
    ),
    Row(
        "files.get",
        "GET api/import/file-upload/{id}",
        lambda w: {"id": w.upload("first.csv", b"text\nUploaded\n")[0]},
        lambda a, w: a.file.endswith("-first.csv"),
        "the file's name",
    ),
    Row(
        "files.update",
        "PATCH api/import/file-upload/{id}",
        lambda w: {"id": w["files.get"].id, "file": ("first.csv", b"text\nReplaced\n", "text/csv")},
        lambda a, w: a.id == w["files.get"].id,
        "the file",
    ),
    Row(
        "files.download",
        "GET data/upload/{id}/{name}",
        lambda w: {"filename": w.sdk.files.get(id=w["files.get"].id).file.removeprefix("upload/")},
        lambda a, w: w.last.content == b"text\nReplaced\n",
        "its content",
    ),
    Row(
        "files.delete",
        "DELETE api/import/file-upload/{id}",
        lambda w: {"id": w["files.get"].id},
        lambda a, w: w["files.get"].id not in ids(w.sdk.files.list(id=w.project)),
        "it is gone",
    ),
    Row(
        "files.delete_many",
        "DELETE api/projects/{id}/file-uploads",
        lambda w: {"id": w.project},
        is_none,
        "nothing, and no error",
    ),
)

EXPORTS = (
    Row(
        "projects.exports.list_formats",
        "GET api/projects/{id}/export/formats",
        lambda w: {"id": w.project},
        lambda a, w: {"JSON", "JSON_MIN", "CSV", "TSV"} <= {one["name"] for one in a},
        "the formats for its label config",
        differs="objects, as Label Studio answers; the SDK's type says texts",
    ),
    Row(
        "projects.exports.download_sync",
        "GET api/projects/{id}/export",
        lambda w: {"id": w.project, "export_type": "JSON_MIN", "download_all_tasks": True},
        lambda a, w: set(TEXTS) < {one["text"] for one in w.json(a)},
        "the content",
    ),
    Row(
        "projects.exports.as_json",
        "GET api/version/, GET api/projects/{id}/export",
        lambda w: {"project_id": w.project},
        lambda a, w: set(TEXTS) < {one["data"]["text"] for one in a},
        "all tasks",
    ),
    Row(
        "projects.exports.as_pandas",
        "GET api/version/, GET api/projects/{id}/export",
        lambda w: {"project_id": w.project},
        lambda a, w: set(TEXTS) < set(a["text"]),
        "a table of all tasks",
    ),
    Row(
        "projects.exports.as_binary",
        "GET api/version/, GET api/projects/{id}/export",
        lambda w: {"project_id": w.project, "export_type": "TSV"},
        lambda a, w: a.startswith(b"text\t") or b"\ttext" in a.partition(b"\n")[0],
        "the bytes",
    ),
    Row(
        "projects.exports.as_file",
        "GET api/version/, GET api/projects/{id}/export",
        lambda w: {"project_id": w.project, "export_type": "JSON"},
        lambda a, w: w.json([a.read()]),
        "a file of JSON",
    ),
    Row(
        "projects.exports.create",
        "POST api/projects/{id}/exports/",
        lambda w: {
            "id": w.project,
            "title": "Done",
            "task_filter_options": {"only_with_annotations": True},
            "serialization_options": {"predictions": {"only_id": True}},
        },
        lambda a, w: a.title == "Done" and a.status in ("created", "in_progress", "completed"),
        "a snapshot in the making",
    ),
    Row(
        "projects.exports.get",
        "GET api/projects/{id}/exports/{id}",
        lambda w: w.snapshot(),
        lambda a, w: (a.status, a.counters["task_number"]) == ("completed", 1) and a.md5,
        "its state, how many tasks, its digest",
    ),
    Row(
        "projects.exports.list",
        "GET api/projects/{id}/exports/",
        lambda w: {"id": w.project},
        lambda a, w: ids(a) == [w["projects.exports.create"].id],
        "the snapshots",
    ),
    Row(
        "projects.exports.convert",
        "POST api/projects/{id}/exports/{id}/convert",
        lambda w: {**w.snapshot(), "export_type": "CSV"},
        lambda a, w: a.export_type == "CSV" and a.converted_format,
        "which conversion",
    ),
    Row(
        "projects.exports.download",
        "GET api/projects/{id}/exports/{id}/download",
        lambda w: w.converted(),
        lambda a, w: TEXTS[2].encode() in b"".join(a),
        "the converted file",
    ),
    Row(
        "projects.exports.delete",
        "DELETE api/projects/{id}/exports/{id}",
        lambda w: w.snapshot(),
        lambda a, w: w.sdk.projects.exports.list(id=w.project) == [],
        "it is gone",
    ),
)

DATA_MANAGER = (
    Row(
        "views.create",
        "POST api/dm/views/",
        lambda w: {
            "project": w.project,
            "data": {"title": "Late", "filters": from_id(w.tasks[1]), "ordering": ["-tasks:id"]},
        },
        lambda a, w: (a.project, a.data["title"], a.data["ordering"]) == (w.project, "Late", ["-tasks:id"]),
        "the view",
    ),
    Row(
        "views.get",
        "GET api/dm/views/{id}/",
        lambda w: {"id": w["views.create"].id},
        lambda a, w: a.data["filters"]["items"][0]["value"] == w.tasks[1],
        "its filter",
    ),
    Row(
        "views.update",
        "PATCH api/dm/views/{id}/",
        lambda w: {"id": w["views.create"].id, "project": w.project, "data": {"title": "Later"}},
        lambda a, w: a.data["title"] == "Later" and a.data["filters"]["items"],
        "what was changed, and the rest",
    ),
    Row(
        "views.list",
        "GET api/dm/views/",
        lambda w: {"project": w.project},
        lambda a, w: ids(a) == [w["views.create"].id],
        "the views of the project",
    ),
    Row(
        "views.update_order",
        "POST api/dm/views/order/",
        lambda w: {"project": w.project, "ids": w.two_views()},
        lambda a, w: ids(w.sdk.views.list(project=w.project))[-1] == w["views.create"].id,
        "another order",
    ),
    Row(
        "views.delete",
        "DELETE api/dm/views/{id}/",
        lambda w: {"id": w["views.create"].id},
        lambda a, w: w["views.create"].id not in ids(w.sdk.views.list(project=w.project)),
        "it is gone",
    ),
    Row(
        "views.delete_all",
        "DELETE api/dm/views/reset/",
        lambda w: {"project": w.project},
        lambda a, w: w.sdk.views.list(project=w.project) == [],
        "none is left",
    ),
    Row(
        "actions.list",
        "GET api/dm/actions/",
        lambda w: {"project": w.project},
        lambda a, w: {"delete_tasks", "predictions_to_annotations", "remove_duplicates"} <= set(ids(a)),
        "what can be done",
    ),
    Row(
        "actions.create",
        "POST api/dm/actions/",
        lambda w: {
            "id": "delete_tasks",
            "project": w.project,
            "selected_items": {"all": False, "included": [w.tasks[3]]},
        },
        lambda a, w: w.refused(404, lambda: w.sdk.tasks.get(id=w.tasks[3])) and w.sdk.tasks.get(id=w.tasks[2]).id,
        "the selected task is gone, and no other",
    ),
)

WEBHOOKS = (
    Row(
        "webhooks.info",
        "GET api/webhooks/info/",
        lambda w: {"organization_only": False},
        lambda a, w: a.tasks_created.name and a.project_created is None,
        "the actions",
    ),
    Row(
        "webhooks.create",
        "POST api/webhooks/",
        lambda w: {
            "url": "https://1.1.1.1/hook",
            "project": w.project,
            "send_for_all_actions": False,
            "actions": ["TASKS_CREATED"],
            "headers": {"X-Team": "a"},
        },
        lambda a, w: (a.url, a.project, a.actions) == ("https://1.1.1.1/hook", w.project, ["TASKS_CREATED"]),
        "the webhook",
    ),
    Row(
        "webhooks.get",
        "GET api/webhooks/{id}/",
        lambda w: {"id": w["webhooks.create"].id},
        lambda a, w: a.headers == {"X-Team": "a"},
        "the webhook",
    ),
    Row(
        "webhooks.update",
        "PATCH api/webhooks/{id}/",
        lambda w: {"id": w["webhooks.create"].id, "is_active": False},
        lambda a, w: (a.is_active, a.actions) == (False, ["TASKS_CREATED"]),
        "what was changed, and the rest",
    ),
    Row(
        "webhooks.list",
        "GET api/webhooks/",
        lambda w: {"project": w.project},
        lambda a, w: ids(a) == [w["webhooks.create"].id],
        "those of the project",
    ),
    Row(
        "webhooks.delete",
        "DELETE api/webhooks/{id}/",
        lambda w: {"id": w["webhooks.create"].id},
        lambda a, w: w.sdk.webhooks.list(project=w.project) == [],
        "it is gone",
    ),
)

TEMPLATES = (
    Row(
        "project_templates.list",
        "GET api/project-templates/",
        nothing,
        lambda a, w: len(a) >= 20 and all(one.name and one.label_config for one in a),
        "the catalogue",
    ),
    Row(
        "project_templates.get",
        "GET api/project-templates/{key}",
        lambda w: {"id": w["project_templates.list"][0].key},
        lambda a, w: a.name == w["project_templates.list"][0].name,
        "one template",
    ),
)

ENDS = (
    Row(
        "tasks.delete_all_tasks",
        "DELETE api/projects/{id}/tasks/",
        lambda w: {"id": w.project},
        lambda a, w: w.sdk.projects.get(id=w.project).task_number == 0,
        "no task is left",
    ),
    Row(
        "projects.delete",
        "DELETE api/projects/{id}/",
        lambda w: {"id": w.project},
        lambda a, w: w.refused(404, lambda: w.sdk.projects.get(id=w.project)),
        "it is gone",
    ),
    Row(
        "organizations.members.delete",
        "DELETE api/organizations/{id}/memberships/{id}/",
        lambda w: {"id": w["organizations.get"].id, "user_pk": w.id_of(w.newcomer)},
        lambda a, w: w.newcomer not in {user.email for user in w.sdk.users.list()},
        "not a member any more",
    ),
    Row(
        "users.delete",
        "DELETE api/users/{id}/",
        lambda w: {"id": w.id_of(w.member)},
        lambda a, w: w.refused(401, w.member_sdk.users.whoami),
        "not a member any more: the token is worthless",
    ),
)
