"""How each route is called with real objects. A route that is missing here fails `test_every_route_can_be_called`."""

from platform_core.plugins.loader import get_registry
from tests.walls.world import PASSWORD, plugin_modules, result

# Path arguments by route: a function of the world and the person who calls.
ARGUMENTS = {
    "user-detail": lambda w, p: {"pk": w.objects["member"]},
    "user-avatar": lambda w, p: {"pk": p.member},
    "avatar-file": lambda w, p: {"pk": w.objects["member"], "name": w.objects["avatar"]},
    "api-key-detail": lambda w, p: {"pk": p.key_id},
    "organization-detail": lambda w, p: {"pk": w.objects["organization"]},
    "membership-list": lambda w, p: {"pk": w.objects["organization"]},
    "membership-detail": lambda w, p: {"pk": w.objects["organization"], "user_pk": w.objects["member"]},
    "organization-default-role": lambda w, p: {"pk": w.objects["organization"]},
    "role-detail": lambda w, p: {"pk": w.objects["role"]},
    "member-detail": lambda w, p: {"pk": w.objects["member"]},
    "invite-detail": lambda w, p: {"pk": w.objects["invitation"]},
    "team-detail": lambda w, p: {"pk": w.objects["team"]},
    "team-member-list": lambda w, p: {"pk": w.objects["team"]},
    "team-member-detail": lambda w, p: {"pk": w.objects["team"], "member_pk": w.objects["member"]},
    "team-link-list": lambda w, p: {"pk": w.objects["team"]},
    "team-link-detail": lambda w, p: {"pk": w.objects["team"], "link_pk": w.objects["link"]},
    "job-detail": lambda w, p: {"job_id": p.objects["job"]},
    "job-cancel": lambda w, p: {"job_id": p.objects["job"]},
    "job-retry": lambda w, p: {"job_id": p.objects["job"]},
    "project-detail": lambda w, p: {"pk": w.objects["project"]},
    "project-validate": lambda w, p: {"pk": w.objects["project"]},
    "project-access": lambda w, p: {"pk": w.objects["project"]},
    "project-template-detail": lambda w, p: {"key": "text_classification"},
    "project-duplicate": lambda w, p: {"pk": w.objects["project"]},
    "project-annotators": lambda w, p: {"pk": w.objects["project"]},
    "project-summary": lambda w, p: {"pk": w.objects["project"]},
    "project-sample-task": lambda w, p: {"pk": w.objects["project"]},
    "project-model-versions": lambda w, p: {"pk": w.objects["project"]},
    "project-label-config-schema": lambda w, p: {"pk": w.objects["project"]},
    "project-tasks": lambda w, p: {"pk": w.objects["project"]},
    "project-import": lambda w, p: {"pk": w.objects["project"]},
    "project-import-predictions": lambda w, p: {"pk": w.objects["project"]},
    "project-reimport": lambda w, p: {"pk": w.objects["project"]},
    "file-upload-list": lambda w, p: {"pk": w.objects["project"]},
    "file-upload-detail": lambda w, p: {"pk": w.objects["upload"]},
    "uploaded-file": lambda w, p: {"project_pk": w.objects["project"], "name": w.objects["upload_name"]},
    "project-export": lambda w, p: {"pk": w.objects["project"]},
    "export-formats": lambda w, p: {"pk": w.objects["project"]},
    "snapshot-list": lambda w, p: {"pk": w.objects["project"]},
    "snapshot-detail": lambda w, p: {"pk": w.objects["project"], "export_pk": w.objects["export"]},
    "snapshot-convert": lambda w, p: {"pk": w.objects["project"], "export_pk": w.objects["export"]},
    "snapshot-download": lambda w, p: {"pk": w.objects["project"], "export_pk": w.objects["export"]},
    "import-detail": lambda w, p: {"pk": w.objects["project"], "import_pk": w.objects["import"]},
    "task-detail": lambda w, p: {"pk": w.objects["task"]},
    "annotation-list": lambda w, p: {"pk": w.objects["task"]},
    "annotation-detail": lambda w, p: {"pk": p.objects["annotation"]},
    "annotation-draft-list": lambda w, p: {"pk": w.objects["task"], "annotation_pk": p.objects["annotation"]},
    "annotation-history-item": lambda w, p: {"pk": p.objects["change"]},
    "draft-detail": lambda w, p: {"pk": p.objects["draft"]},
    "project-next": lambda w, p: {"pk": w.objects["project"]},
    "state-history": lambda w, p: {"entity": "task", "pk": w.objects["task"]},
    "state-transition": lambda w, p: {"entity": "annotation", "pk": p.objects["annotation"]},
    "task-draft-list": lambda w, p: {"pk": w.objects["task"]},
    "prediction-detail": lambda w, p: {"pk": w.objects["prediction"]},
    "asset": lambda w, p: {"name": "tenon/docs.js"},
}
# Slugs name what is installed, not what an organization owns.
_VERBS = (
    "detail",
    "plan",
    "enable",
    "disable",
    "purge",
    "settings",
    "settings-history",
    "settings-check",
    "health",
    "impact",
    "export",
    "import",
)
SLUGS = {f"plugin-{verb}" for verb in _VERBS}

BODIES = {
    ("project-list", "POST"): lambda w, p: {"title": "Another"},
    ("project-detail", "PATCH"): lambda w, p: {"description": "changed"},
    ("project-validate", "POST"): lambda w, p: {"label_config": "<View></View>"},
    ("label-config-validate", "POST"): lambda w, p: {"label_config": "<View></View>"},
    ("project-access", "PATCH"): lambda w, p: {"members": [w.objects["member"]]},
    ("project-duplicate", "POST"): lambda w, p: {"mode": "settings,data", "title": "Another"},
    ("project-import", "POST"): lambda w, p: [{"text": "new"}],
    ("project-reimport", "POST"): lambda w, p: {"file_upload_ids": [w.objects["upload"]]},
    ("project-import-predictions", "POST"): lambda w, p: [{"task": w.objects["task"], "result": result(w)}],
    ("snapshot-list", "POST"): lambda w, p: {"title": "another"},
    ("snapshot-convert", "POST"): lambda w, p: {"export_type": "CSV"},
    ("task-list", "POST"): lambda w, p: {"project": w.objects["project"], "data": {"text": "new"}},
    ("task-detail", "PATCH"): lambda w, p: {"meta": {"seen": True}},
    ("annotation-list", "POST"): lambda w, p: {"result": result(w)},
    ("annotation-detail", "PATCH"): lambda w, p: {"lead_time": 2},
    ("annotation-bulk", "POST"): lambda w, p: {"tasks": [w.objects["task"]], "result": result(w)},
    ("annotation-bulk-delete", "POST"): lambda w, p: {
        "ids": [p.objects["annotation"]],
        "project": w.objects["project"],
    },
    ("annotation-draft-list", "POST"): lambda w, p: {"result": result(w)},
    ("draft-detail", "PATCH"): lambda w, p: {"lead_time": 2},
    ("state-transition", "POST"): lambda w, p: {"transition_name": "annotation_skipped"},
    ("task-draft-list", "POST"): lambda w, p: {"result": result(w)},
    ("prediction-list", "POST"): lambda w, p: {"task": w.objects["task"], "result": result(w)},
    ("prediction-detail", "PATCH"): lambda w, p: {"score": 0.5},
    ("user-list", "POST"): lambda w, p: {"email": "another@else.example", "role": "AN"},
    ("invite-list", "POST"): lambda w, p: {"email": "another@else.example"},
    ("invite-send", "POST"): lambda w, p: {"emails": ["another@else.example"], "projects": [w.objects["project"]]},
    ("invite-revoke", "POST"): lambda w, p: {"email": f"new@{w.mark}.example"},
    ("organization-default-role", "PATCH"): lambda w, p: {"default_role": "AN"},
    ("jwt-settings", "POST"): lambda w, p: {"api_token_ttl_days": 30},
    ("session-policy", "PATCH"): lambda w, p: {"max_session_age": 60},
    ("role-list", "POST"): lambda w, p: {"name": "Another", "permissions": ["organization.view"]},
    ("role-detail", "PATCH"): lambda w, p: {"description": "changed"},
    ("member-detail", "PATCH"): lambda w, p: {"role": "AN"},
    ("organization-detail", "PATCH"): lambda w, p: {"title": "Renamed"},
    ("team-list", "POST"): lambda w, p: {"name": "Another"},
    ("team-detail", "PATCH"): lambda w, p: {"name": "Renamed"},
    ("team-member-list", "POST"): lambda w, p: {"member": p.member},
    ("team-join", "POST"): lambda w, p: {"token": w.secrets["link"]},
    ("token-blacklist", "POST"): lambda w, p: {"refresh": p.objects["refresh"]},
    ("api-key-list", "POST"): lambda w, p: {"name": "another"},
    ("current-user-hotkeys", "PATCH"): lambda w, p: {"custom_hotkeys": {}},
    ("auth-password-change", "POST"): lambda w, p: {"current_password": PASSWORD, "new_password": "new-horse-battery"},
}
QUERIES = {
    ("task-list", "GET"): lambda w: {"project": w.objects["project"], "fields": "all"},
    ("annotation-history", "GET"): lambda w: {"task": w.objects["task"]},
    ("annotation-history", "DELETE"): lambda w: {"task": w.objects["task"]},
    ("project-export", "GET"): lambda w: {"download_all_tasks": "true"},
    ("membership-list", "GET"): lambda w: {"contributed_to_projects": "1"},
}


def arguments(operation, world, person):
    """Return the path arguments of an operation: `world`'s objects, `person`'s own."""
    if operation.route.name in SLUGS:
        return {"slug": _slug_for(operation.route.name)}
    if operation.route.name == "plugin-archive":
        return {"slug": _slug_for(operation.route.name), "job_id": world.objects["archive"]}
    if operation.key == ("user-detail", "PATCH"):  # others' cards need another permission
        return {"pk": person.member}
    found = {**ARGUMENTS, **of_plugins("ARGUMENTS")}.get(operation.route.name)
    return found(world, person) if found is not None else {}


def _slug_for(name):
    """Return a plugin that is installed; where it is about settings, one that has some."""
    plugins = get_registry().plugins
    with_settings = [slug for slug, plugin in plugins.items() if plugin.manifest.settings_schema is not None]
    return next(iter((with_settings if "settings" in name else []) or plugins), "none")


def has_arguments(route):
    """Say whether every parameter of the route's path has a value here."""
    return (
        route.name == "plugin-archive"
        or route.name in SLUGS
        or not route.parameters
        or route.name in {**ARGUMENTS, **of_plugins("ARGUMENTS")}
    )


def call(client, operation, world, person, *, body=None, query=None, path=None):
    """Call an operation with `world`'s objects and return the answer, read to its end."""
    route, key = operation.route, operation.key
    path = path or route.path(**arguments(operation, world, person))
    if query is None:
        query = QUERIES[key](world) if key in QUERIES else {}
    if query:
        path += "?" + "&".join(f"{name}={value}" for name, value in query.items())
    if operation.method == "GET":
        answer = client.get(path)
    else:
        if body is None:
            body = {**BODIES, **of_plugins("BODIES")}.get(key, lambda w, p: {})(world, person)
        answer = getattr(client, operation.method.lower())(path, body, format="json")
    answer.whole = answer.getvalue() if answer.streaming else answer.content
    return answer


def of_plugins(table):
    """Return a table of the plugins' `wall_objects.py`; one that a plugin has no use for may be missing."""
    return {name: value for module in plugin_modules() for name, value in getattr(module, table, {}).items()}
