"""Who did what, when, from where: every write of every route leaves an entry, or stands here with the reason."""

import pytest
from django.db import transaction

from platform_core.events.models import AuditEntry
from platform_core.members.models import Member, TeamMembership
from platform_core.members.permissions import PUBLIC
from tenants.scope import tenant_scope
from tests.walls.calls import call
from tests.walls.routes import operations
from tests.walls.test_routes import PAGES
from tests.walls.world import forget, plugin_modules

pytestmark = pytest.mark.slow  # calls every write of a filled organization

WRITES = [
    item for item in operations() if item.method != "GET" and item.route.name not in PAGES and item.permission != PUBLIC
]
# Writes that change nothing of the organization's.
NOTHING_TO_TELL = {
    ("project-validate", "POST"): "checks a label config and stores nothing",
    ("label-config-validate", "POST"): "checks a label config and stores nothing",
    ("project-sample-task", "POST"): "makes an example of a label config and stores nothing",
    ("plugin-plan", "POST"): "a dry run",
    ("plugin-settings-check", "POST"): "tries settings out and saves nothing",
    **dict.fromkeys(
        [
            ("task-draft-list", "POST"),
            ("annotation-draft-list", "POST"),
            ("draft-detail", "PATCH"),
            ("draft-detail", "DELETE"),
        ],
        "a draft is saved with every few strokes, for its writer alone; the annotation made of it is told",
    ),
    (
        "auth-password-change",
        "POST",
    ): "an act of the global account, told in `public`: accounts/api/test_public_host.py",
}
# Calls that fail in the world of the walk; their entries have tests of their own.
ELSEWHERE = {
    ("auth-logout", "POST"): "an API key is not signed in; tests/platform_core/members/api/test_auth.py",
    ("user-avatar", "POST"): "takes a form; tests/platform_core/members/api/test_avatars.py",
    ("file-upload-detail", "PATCH"): "takes a form; tests/platform_core/tasks/api/test_uploads.py",
    ("job-cancel", "POST"): "the world's job has failed; tests/platform_core/jobs/api/test_views.py",
    ("plugin-enable", "POST"): "it is enabled already; tests/platform_core/plugins/services/test_activation.py",
    ("plugin-purge", "POST"): "only what is disabled is purged; the same",
    ("plugin-purge", "DELETE"): "no purge is due; the same",
    ("plugin-import", "POST"): "takes a form; tests/platform_core/plugins/services/test_archives.py",
    ("plugin-settings", "PUT"): "needs a plugin with settings; tests/platform_core/plugins/services/test_settings.py",
}
# Bodies that change something, where those of the other walks may leave things as they are.
CHANGES = {
    ("current-user", "PATCH"): lambda w: {"first_name": "Changed"},
    ("user-detail", "PATCH"): lambda w: {"first_name": "Changed"},
    ("current-user-hotkeys", "PATCH"): lambda w: {"custom_hotkeys": {"a:b": {"key": "k", "active": True}}},
    ("organization-default-role", "PATCH"): lambda w: {"default_role": "RE"},
    ("team-member-list", "POST"): lambda w: {"member": w.people["MA"].member},
}


def silent_of_plugins():
    """Return `NOT_AUDITED` of the plugins' `wall_objects.py`: (route, method) -> reason."""
    return {key: why for module in plugin_modules() for key, why in getattr(module, "NOT_AUDITED", {}).items()}


AGENT = "walker/1.0"


def _prepare(item, here):
    """Bring about what a call is about to end, or leave what it is about to join."""
    if item.key == ("open-link", "DELETE"):
        here.client(here.owner).post("/api/invite/reset-token")
    if item.key == ("user-avatar", "DELETE"):
        with tenant_scope(here.organization):
            Member.objects.filter(pk=here.owner.member).update(avatar=f"{'0' * 32}.png")
    if item.key == ("team-join", "POST"):
        with tenant_scope(here.organization):
            TeamMembership.objects.filter(member_id=here.owner.member).delete()


def answer_and_entries(client, item, here):
    """Call a write, and return its answer and the audit entries it left; undone afterwards."""
    with transaction.atomic():
        _prepare(item, here)
        with tenant_scope(here.organization):
            last = AuditEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        body = CHANGES[item.key](here) if item.key in CHANGES else None
        answer = call(client, item, here, here.owner, body=body)
        with tenant_scope(here.organization):
            entries = list(AuditEntry.objects.filter(pk__gt=last).order_by("pk"))
        transaction.set_rollback(True)
    forget()
    return answer, entries


def test_every_write_leaves_an_entry_that_says_who_and_from_where(here):
    client = here.client(here.owner, HTTP_USER_AGENT=AGENT, REMOTE_ADDR="192.0.2.7")
    silent, failed, wrong = set(), set(), []
    for item in WRITES:
        answer, entries = answer_and_entries(client, item, here)
        if answer.status_code >= 400:
            failed.add(item.key)
            continue
        if not entries:
            silent.add(item.key)
        for entry in entries:
            told = (entry.actor_id, entry.actor_email, entry.credential, str(entry.credential_id), entry.ip_address)
            expected = (here.owner.member, here.owner.email, "api_key", here.owner.key_id, "192.0.2.7")
            origin = (entry.request_id, entry.user_agent, entry.plugin)
            if told != expected or origin != (answer["X-Request-ID"], AGENT, item.route.plugin or ""):
                wrong.append(f"{item}: {entry.action} by {told} through {origin}")

    assert wrong == []
    assert sorted(silent - {*NOTHING_TO_TELL, *silent_of_plugins()}) == []
    assert sorted(failed - {*ELSEWHERE, *NOTHING_TO_TELL, *silent_of_plugins()}) == []
    assert sorted({*NOTHING_TO_TELL} - silent - failed) == sorted({*ELSEWHERE} - failed) == []


def test_entries_never_hold_a_secret_of_the_call(here):
    secrets = [here.owner.key, here.owner.objects["refresh"], here.owner.objects["access"], here.secrets["link"]]
    with tenant_scope(here.organization):
        told = "".join(f"{row}" for row in AuditEntry.objects.values_list("data", "target_id", "user_agent"))

    assert [secret for secret in secrets if secret in told] == []
