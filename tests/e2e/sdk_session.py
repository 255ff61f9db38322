"""What a data team does with the stock SDK. Runs in the SDK's own environment and prints what it saw as JSON.

Run it as `.venv-sdk/bin/python -m tests.e2e.sdk_session WHAT ARGUMENTS`:

label URL TOKEN REPORTS TEMPLATE               a labelling project with aviation's template
plain URL TOKEN                                a project that needs the core alone
people URL TOKEN                               users, tokens, the organization and its rules
methods URL TOKEN MEMBERS_TOKEN THREE_ADDRESSES  every method, by the tables of `sdk_rows.py`
legacy URL TOKEN ADDRESS                       every method of the older client, by `sdk_legacy_rows.py`
"""

import json
import sys
from importlib.metadata import version
from pathlib import Path

from label_studio_sdk import LabelStudio
from label_studio_sdk.core.api_error import ApiError

from tests.e2e.sdk_legacy import legacy_faults, legacy_methods
from tests.e2e.sdk_legacy_rows import faults_of_legacy_coverage
from tests.e2e.sdk_rows import faults_of_coverage
from tests.e2e.sdk_table import Session, public_methods

PLAIN = """<View><Text name="text" value="$text"/><Choices name="topic" toName="text" choice="single" required="true">
<Choice value="Weather"/><Choice value="Traffic"/></Choices></View>"""


def choices(control, to, *values):
    return {"from_name": control, "to_name": to, "type": "choices", "value": {"choices": list(values)}}


def coding(*categories):
    return [
        choices("phase", "narrative", "ENR"),
        choices("categories", "narrative", *categories),
        choices("event_class", "narrative", "Incident"),
    ]


def refusal(call, **arguments):
    """Return status and body of the error that a call must end with."""
    try:
        call(**arguments)
    except ApiError as error:
        return {"status": error.status_code, "body": error.body}
    return {"status": None, "body": "was accepted"}


def upload(client, project_id, path):
    """Import a file as the SDK's users do: the generated client has no method for uploads, its transport has."""
    with Path(path).open("rb") as stream:
        response = client._client_wrapper.httpx_client.request(
            f"api/projects/{project_id}/import",
            method="POST",
            files={"file": (Path(path).name, stream, "text/csv")},
            params={"return_task_ids": "true"},
        )
    return response.json()


def label(url, token, reports, template):
    client = LabelStudio(base_url=url, api_key=token)
    me = client.users.whoami()
    project = client.projects.create(title="Conflicts", label_config=Path(template).read_text(encoding="utf-8"))
    report = upload(client, project.id, reports)
    listed = list(client.tasks.list(project=project.id, page_size=50))
    again = client.projects.import_tasks(
        id=project.id, request=[{"data": task.data} for task in listed[:3]], return_task_ids=True
    )
    first = listed[0]
    made = client.annotations.create(id=first.id, result=coding("CFIT"), lead_time=12.5)
    refused = refusal(client.annotations.create, id=listed[1].id, result=coding("CFIT", "LOC-I"))
    kept = client.projects.get(id=project.id)
    return {
        "email": me.email,
        "permissions": sorted(me.permissions or []),
        "project": project.id,
        "controls": sorted(project.parsed_label_config),
        "imported": report,
        "imported_by_sdk": again.task_count,
        "listed": [task.id for task in listed],
        "listed_data": sorted(first.data),
        "annotation": {"id": made.id, "result": made.result, "completed_by": made.completed_by},
        "member": me.id,
        "refused": refused,
        "annotations_of_refused": len(client.annotations.list(id=listed[1].id)),
        "counters": {"tasks": kept.task_number, "annotations": kept.total_annotations_number},
        "export": client.projects.exports.as_json(project.id),
        "export_rows": len(client.projects.exports.as_pandas(project.id)),
    }


def plain(url, token):
    client = LabelStudio(base_url=url, api_key=token)
    project = client.projects.create(title="Plain", label_config=PLAIN)
    client.projects.import_tasks(id=project.id, request=[{"data": {"text": f"report {n}"}} for n in range(5)])
    listed = list(client.tasks.list(project=project.id, page_size=2))
    client.annotations.create(id=listed[0].id, result=[choices("topic", "text", "Weather")])
    return {
        "email": client.users.whoami().email,
        "permissions": sorted(client.users.whoami().permissions or []),
        "listed": len(listed),
        "bound": refusal(
            client.projects.create,
            title="Bound",
            label_config=PLAIN.replace('required="true"', 'taxonomy="aviation:cictt@4.7"'),
        ),
        "export": client.projects.exports.as_json(project.id),
    }


def people(url, token):
    client = LabelStudio(base_url=url, api_key=token)
    me = client.users.whoami()
    return {
        "edition": client.versions.get().edition,
        "me": {"id": me.id, "username": me.username, "organization": me.active_organization},
        "users": [user.id for user in client.users.list()],
        "one": client.users.get(id=me.id).email,
        "changed": client.users.update_current_user(phone="42").phone,
        "shown": client.users.get_current_user().phone,
        "token": client.users.get_token().token,
        "invited": client.users.create(username="x", email="invited@else.example").email,
        "hotkeys": hotkeys(client),
        "tokens": tokens(client, url),
        "organization": organization(client, me),
    }


def hotkeys(client):
    mine = {"annotation:submit": {"key": "ctrl+enter", "active": True}}
    client.users.update_hotkeys(custom_hotkeys=mine)
    return client.users.get_hotkeys().custom_hotkeys == mine


def tokens(client, url):
    made = client.tokens.create().token
    whoami = LabelStudio(base_url=url, api_key=made).users.whoami()
    rotated = client.tokens.rotate(refresh=made).refresh
    shown = [item.token for item in client.tokens.list(ordering="-created_at")]
    cut = rotated.rpartition(".")[0]
    client.tokens.blacklist(refresh=cut)
    days = client.jwt_settings.update(api_token_ttl_days=14).api_token_ttl_days
    return {
        "whoami": whoami.id,
        "listed": cut in shown and made.rpartition(".")[0] not in shown,
        "refused": refusal(client.tokens.refresh, refresh=rotated)["status"],
        "twice": refusal(client.tokens.blacklist, refresh=cut)["status"],
        "days": [days, client.jwt_settings.get().api_token_ttl_days],
    }


def organization(client, me):
    (listed,) = client.organizations.list()
    link = client.organizations.reset_token()
    client.organizations.invites.send_email(emails=["sent@else.example"], role="AN")
    client.organizations.invites.revoke_invite(email="sent@else.example")
    changed = client.organizations.update(id=listed.id, contact_info="office@else.example")
    policy = client.session_policy.update(max_session_age=600, max_time_between_activity=60)
    members = client.organizations.members
    return {
        "id": listed.id,
        "title": listed.title == client.organizations.get(id=listed.id).title,
        "contact": changed.contact_info,
        "links": [link.invite_url, client.organizations.invites.get_invite_link().invite_url],
        "default_role": client.organizations.update_default_role(
            id=listed.id, organization=listed.id, default_role="RE"
        ).default_role,
        "session": [policy.max_session_age, client.session_policy.get().max_time_between_activity],
        "members": [item.user.username for item in members.list(id=listed.id, role=["OW"], page_size=1)],
        "nobody": list(members.list(id=listed.id, search="nobody-of-this-name")),
        "own": members.get(id=listed.id, user_pk=me.id).user,
        "leave": refusal(members.delete, id=listed.id, user_pk=me.id)["status"],
    }


def methods(url, token, member_token, owner, member, newcomer):
    session = Session(url, token, member_token, owner=owner, member=member, newcomer=newcomer)
    return {
        "coverage": faults_of_coverage(public_methods(session.world.sdk)),
        "faults": session.run(),
        "version": version("label-studio-sdk"),
    }


def legacy(url, token, owner):
    return {"coverage": faults_of_legacy_coverage(legacy_methods()), "faults": legacy_faults(url, token, owner)}


if __name__ == "__main__":
    what, *arguments = sys.argv[1:]
    sessions = {"label": label, "plain": plain, "people": people, "methods": methods, "legacy": legacy}
    sys.stdout.write(json.dumps(sessions[what](*arguments), default=str))
