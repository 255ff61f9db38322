"""What the walk over all routes (`tests/walls`) calls this plugin's routes with."""

from tenon_data_manager.models import View

from platform_core.projects.models import Project

ARGUMENTS = {
    "data_manager:view-detail": lambda world, person: {"pk": world.objects["data_manager_view"]},
    "data_manager:action-form": lambda world, person: {"action": "rename_labels"},
}
BODIES = {
    ("data_manager:view-list", "POST"): lambda world, person: {"project": world.objects["project"], "data": {}},
    ("data_manager:view-order", "POST"): lambda world, person: {"project": world.objects["project"], "ids": []},
    ("data_manager:view-reset", "DELETE"): lambda world, person: {"project": world.objects["project"]},
    ("data_manager:action-list", "POST"): lambda world, person: {
        "id": "add_data_field",
        "project": world.objects["project"],
        "value_name": "batch",
        "value": "one",
    },
    ("data_manager:view-detail", "PATCH"): lambda world, person: {"data": {"title": "changed"}},
}
# Each action has permissions of its own; plugins/data_manager/tests/test_actions.py tries them.
ASKS_MORE = {("data_manager:action-list", "POST")}
# (route, method) -> calls with something of the other organization, `t`, in body or query; `h` is one's own.
FOREIGN_BODIES = {
    ("data_manager:view-list", "POST"): lambda h, t: [{"project": t.objects["project"], "data": {}}],
    ("data_manager:view-order", "POST"): lambda h, t: [
        {"project": t.objects["project"], "ids": []},
        {"project": h.objects["project"], "ids": [t.objects["data_manager_view"]]},
    ],
    ("data_manager:action-list", "POST"): lambda h, t: [
        {"id": "delete_tasks", "project": t.objects["project"]},
        {"id": "delete_tasks", "view": t.objects["data_manager_view"]},
        {
            "id": "propagate_annotations",
            "project": h.objects["project"],
            "source_annotation_id": t.owner.objects["annotation"],
        },
    ],
}
_PROJECT = {
    (f"data_manager:{route}", method): lambda h, t: [{"project": t.objects["project"]}]
    for route, method in (
        ("view-list", "GET"),
        ("view-reset", "DELETE"),
        ("column-list", "GET"),
        ("project-state", "GET"),
        ("action-list", "GET"),
        ("action-form", "GET"),
    )
}
FOREIGN_QUERIES = {
    **_PROJECT,
    # The core's own list, where it asks this plugin for a view.
    ("task-list", "GET"): lambda h, t: [
        {"project": t.objects["project"]},
        {"view": t.objects["data_manager_view"]},
        {"project": h.objects["project"], "view": t.objects["data_manager_view"]},
    ],
}


def objects(mark):
    """Make a view in the organization in scope, where the plugin is enabled, and return its id.

    Args:
        mark: text that goes into it, to be looked for where it does not belong.
    """
    view = View.objects.create(project=Project.objects.earliest("pk"), data={"title": mark})
    return {"data_manager_view": view.pk}
