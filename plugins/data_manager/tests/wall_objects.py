"""What the walk over all routes (`tests/walls`) calls this plugin's routes with."""

from tenon_data_manager.models import View

from platform_core.projects.models import Project

ARGUMENTS = {
    "data_manager:view-detail": lambda world, person: {"pk": world.objects["data_manager_view"]},
    "data_manager:action-form": lambda world, person: {"action": "rename_labels"},
}
BODIES = {
    ("data_manager:view-detail", "PATCH"): lambda world, person: {"data": {"title": "changed"}},
}


def objects(mark):
    """Make a view in the organization in scope, where the plugin is enabled, and return its id.

    Args:
        mark: text that goes into it, to be looked for where it does not belong.
    """
    view = View.objects.create(project=Project.objects.earliest("pk"), data={"title": mark})
    return {"data_manager_view": view.pk}
