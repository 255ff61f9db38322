"""Every method of the stock SDK: the rows of those that are served here, and why the others are not.

docs/reference/sdk_methods.md is compared with these tables, and these tables with the SDK's client.
"""

from tests.e2e.sdk_rows_data import DATA_MANAGER, ENDS, EXPORTS, FILES, TEMPLATES, WEBHOOKS
from tests.e2e.sdk_rows_people import PEOPLE
from tests.e2e.sdk_rows_work import PROJECTS, WORK

ROWS = (*PEOPLE, *PROJECTS, *WORK, *FILES, *EXPORTS, *DATA_MANAGER, *WEBHOOKS, *TEMPLATES, *ENDS)

STORAGES = "storages: a plugin to come"
BACKENDS = "ML backends: a plugin to come"
ENTERPRISE = "Label Studio serves it in its Enterprise edition only"
# A method, or the beginning of the names of several.
ELSEWHERE = {
    "import_storage.": STORAGES,
    "export_storage.": STORAGES,
    "ml.": BACKENDS,
    **dict.fromkeys(
        (
            *("activity_logs.", "analytics.", "annotation_history.list_for_project", "annotation_reviews.", "billing."),
            *("comments.", "dimensions.", "interfaces.", "model_providers.", "prompts.", "sso.", "workspaces."),
            "organizations.api_organizations_memberships_filter_options_",
            *("organizations.member_tags.", "organizations.permissions.", "organizations.members.get_filter_schema"),
            *("organizations.members.list_filtered", "organizations.members.search", "organizations.members.update"),
            *("project_templates.create", "project_templates.delete", "project_templates.update"),
            *("projects.assignments.", "projects.members.", "projects.metrics.", "projects.pauses."),
            *("projects.review_routing_rules.", "projects.roles.", "projects.stats."),
            *("states.cancel_backfill", "states.get_backfill_status", "states.list_backfills"),
            *("states.trigger_backfill", "tasks.agreement_matrix.", "tasks.create_event"),
        ),
        ENTERPRISE,
    ),
}


def faults_of_coverage(methods):
    """Return what is wrong with the tables for a client that has these methods."""
    called = {row.method for row in ROWS}
    left_out = {name: [one for one in ELSEWHERE if name.startswith(one)] for name in set(methods) - called}
    return {
        "neither called nor left out": sorted(name for name, found in left_out.items() if not found),
        "called although left out": sorted(name for name in called if name.startswith(tuple(ELSEWHERE))),
        "not in the client": sorted(called - set(methods)),
        "leaves nothing out": sorted(set(ELSEWHERE) - {one for found in left_out.values() for one in found}),
    }
