"""No credential, id, link or text of one organization works or shows in the other."""

import json

import pytest
from django.db import connection, transaction

from platform_core.api.openapi import document_for
from platform_core.members.permissions import PUBLIC
from platform_core.plugins.loader import get_registry
from tenants.scope import tenant_scope
from tests.walls.calls import SLUGS, arguments, call, of_plugins
from tests.walls.routes import TENANT, operations
from tests.walls.test_matrix import GUARDED
from tests.walls.test_routes import PAGES
from tests.walls.world import PASSWORD, forget, result, session_cookie

pytestmark = pytest.mark.slow  # fills both organizations for each test

WITH_PATH = [item for item in operations() if item.route.parameters and item.route.name not in {*SLUGS, *PAGES}]
NOT_THERE = (400, 404)
KINDS = {"entity", "action", "key", "slug"}  # path arguments that name a kind of objects and none of them


def content_of(organization):
    """Return a digest of every row of an organization, by table."""
    with tenant_scope(organization), connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
        tables = sorted(row[0] for row in cursor.fetchall())
        digests = [
            f"SELECT '{name}', md5(string_agg(t::text, '|' ORDER BY t::text)) FROM \"{name}\" t" for name in tables
        ]
        cursor.execute(" UNION ALL ".join(digests))
        return dict(cursor.fetchall())


@pytest.fixture
def guarded(here, there):
    """Return a function that lists what the calls of a test changed in either organization."""
    client = here.client(here.owner)
    for path in ("/api/projects/", "/api/current-user/whoami"):  # the use of the key is noted once a minute
        client.get(path)
    before = [content_of(world.organization) for world in (here, there)]

    def changes():
        after = [content_of(world.organization) for world in (here, there)]
        return [name for old, new in zip(before, after, strict=True) for name in new if old.get(name) != new[name]]

    return changes


def credentials_of(world):
    """Return headers for every kind of credential, each of which works at home."""
    person = world.owner
    return {
        "api key": {"HTTP_AUTHORIZATION": f"Token {person.key}"},
        "api key in its own header": {"HTTP_X_API_KEY": person.key},
        "access token": {"HTTP_AUTHORIZATION": f"Bearer {person.objects['access']}"},
        "refresh token as access token": {"HTTP_AUTHORIZATION": f"Bearer {person.objects['refresh']}"},
        "refresh token as key": {"HTTP_AUTHORIZATION": f"Token {person.objects['refresh']}"},
        "session": {"HTTP_COOKIE": f"tenon_session={session_cookie(world, person)}"},
    }


def check_foreign_credentials(here, there, items=GUARDED):
    """Fail for every operation that anything but 401 answers to a credential of the other organization."""
    wrong = []
    for kind, headers in credentials_of(there).items():
        at_home = there.client(**headers).get("/api/current-user/whoami")
        assert at_home.status_code == (401 if kind.startswith("refresh") else 200), kind
        foreign = here.client(**headers)
        for item in items:
            answer = call(foreign, item, here, here.owner)
            if answer.status_code != 401 or there.mark.encode() in answer.whole:
                wrong.append(f"{item} by {kind}: {answer.status_code}")
    assert wrong == []


def test_foreign_credentials_open_nothing(here, there, steady_gate):
    """The gate remembers for the whole test, so that a memory shared by two organizations would show."""
    check_foreign_credentials(here, there)


def check_foreign_ids_in_paths(here, there, items=WITH_PATH):
    """Fail for every operation that answers anything but 404 to an id of the other organization in its path."""
    client, wrong = here.client(here.owner), []
    for item in items:
        theirs, ours = arguments(item, there, there.owner), arguments(item, here, here.owner)
        for name in theirs:
            if len(theirs) > 1 and name == "pk" and theirs == ours:
                continue
            if name in KINDS:
                continue
            path = item.route.path(**{**ours, name: theirs[name]})
            with transaction.atomic():
                answer = call(client, item, here, here.owner, path=path)
                transaction.set_rollback(True)
            if answer.status_code != 404 or there.mark.encode() in answer.whole:
                wrong.append(f"{item} with {name}={theirs[name]}: {answer.status_code} {answer.whole[:200]!r}")
    assert wrong == []


def test_foreign_ids_in_paths_are_not_found(here, there, guarded):
    check_foreign_ids_in_paths(here, there)

    assert guarded() == []


# (route, method) -> calls with something of the other organization in body or query.
FOREIGN_BODIES = {
    ("task-list", "POST"): lambda h, t: [{"project": t.objects["project"], "data": {"text": "x"}}],
    ("prediction-list", "POST"): lambda h, t: [{"task": t.objects["task"], "result": result(h)}],
    ("annotation-list", "POST"): lambda h, t: [
        {"result": result(h), "parent_prediction": t.objects["prediction"]},
        {"result": result(h), "parent_annotation": t.owner.objects["annotation"]},
        {"result": result(h), "completed_by": t.owner.member},
    ],
    ("annotation-bulk", "POST"): lambda h, t: [
        {"result": result(h), "tasks": [h.objects["task"], t.objects["task"]]},
        {"result": result(h), "task": t.objects["task"]},
        {"result": result(h), "project": t.objects["project"], "selected_items": {"all": True}},
        {
            "result": result(h),
            "project": h.objects["project"],
            "selected_items": {"all": False, "included": [t.objects["task"]]},
        },
        {"result": result(h), "tasks": [h.objects["task"]], "parent_prediction": t.objects["prediction"]},
        {"result": result(h), "tasks": [h.objects["task"]], "completed_by": t.owner.member},
    ],
    ("annotation-bulk-delete", "POST"): lambda h, t: [
        {"ids": [t.owner.objects["annotation"]], "project": h.objects["project"]},
        {"ids": [t.owner.objects["annotation"]], "project": t.objects["project"]},
    ],
    ("annotation-detail", "PATCH"): lambda h, t: [
        {"completed_by": t.owner.member},
        {"parent_prediction": t.objects["prediction"]},
        {"parent_annotation": t.owner.objects["annotation"]},
    ],
    ("project-access", "PATCH"): lambda h, t: [
        {"members": [h.owner.member, t.owner.member]},
        {"teams": [h.objects["team"], t.objects["team"]]},
        {"members": [h.owner.member], "teams": [t.objects["team"]]},
    ],
    ("project-import", "POST"): lambda h, t: [
        [{"data": {"text": "x"}, "annotations": [{"result": result(h), "completed_by": t.owner.member}]}],
        [{"data": {"text": "x"}, "annotations": [{"result": result(h), "completed_by": {"email": t.owner.email}}]}],
    ],
    ("project-reimport", "POST"): lambda h, t: [{"file_upload_ids": [t.objects["upload"]]}],
    ("file-upload-list", "DELETE"): lambda h, t: [{"file_upload_ids": [t.objects["upload"]]}],
    ("project-import-predictions", "POST"): lambda h, t: [[{"task": t.objects["task"], "result": result(h)}]],
    # No view of anybody is known here; ids of views are walked by the plugin that brings them.
    ("snapshot-list", "POST"): lambda h, t: [{"task_filter_options": {"view": t.objects["project"]}}],
    ("member-detail", "PATCH"): lambda h, t: [{"custom_role": t.objects["role"]}],
    ("user-list", "POST"): lambda h, t: [{"email": "new@else.example", "custom_role": t.objects["role"]}],
    ("invite-list", "POST"): lambda h, t: [{"email": "new@else.example", "custom_role": t.objects["role"]}],
    ("invite-send", "POST"): lambda h, t: [
        {"emails": ["new@else.example"], "projects": [t.objects["project"]]},
        {"emails": ["new@else.example"], "custom_role": t.objects["role"]},
    ],
    ("team-list", "POST"): lambda h, t: [{"name": "Mine", "admin": t.owner.member}],
    ("team-detail", "PATCH"): lambda h, t: [{"admin": t.owner.member}],
    ("team-member-list", "POST"): lambda h, t: [{"member": t.owner.member}],
    ("team-join", "POST"): lambda h, t: [{"token": t.secrets["link"]}],
    ("token-blacklist", "POST"): lambda h, t: [{"refresh": t.owner.objects["refresh"]}],
}
FOREIGN_QUERIES = {
    ("task-list", "GET"): lambda h, t: [{"project": t.objects["project"]}],
    ("prediction-list", "GET"): lambda h, t: [
        {"task": t.objects["task"]},
        {"project": t.objects["project"]},
        {"task__project": t.objects["project"]},
    ],
    ("project-list", "GET"): lambda h, t: [{"ids": t.objects["project"]}, {"search": t.mark}, {"title": t.mark}],
    ("project-counts", "GET"): lambda h, t: [{"ids": t.objects["project"]}],
    ("project-export", "GET"): lambda h, t: [{"ids": t.objects["task"], "download_all_tasks": "true"}],
    ("annotation-history", "GET"): lambda h, t: [
        {"annotation": t.owner.objects["annotation"]},
        {"task": t.objects["task"]},
    ],
    ("annotation-history", "DELETE"): lambda h, t: [
        {"annotation": t.owner.objects["annotation"]},
        {"task": t.objects["task"]},
        {"project": t.objects["project"]},
    ],
    ("state-history", "GET"): lambda h, t: [{"triggered_by": t.owner.member}],
    ("audit-list", "GET"): lambda h, t: [
        {"actor": t.owner.member},
        {"target_id": t.objects["project"]},
        {"before_id": 2**62, "page_size": 1000},
    ],
    ("audit-export", "GET"): lambda h, t: [
        {"actor": t.owner.member},
        {"target_id": t.objects["project"]},
        {"before_id": 2**62, "format": "jsonl"},
    ],
    ("job-list", "GET"): lambda h, t: [{"created_by": t.owner.member}],
    ("current-user-hotkeys", "GET"): lambda h, t: [{"project": t.objects["project"]}],
    ("current-user-hotkeys", "PATCH"): lambda h, t: [{"project": t.objects["project"]}],
    **dict.fromkeys(
        (
            ("plugin-settings", "GET"),
            ("plugin-settings", "PUT"),
            ("plugin-settings-history", "GET"),
            ("plugin-settings-check", "POST"),
        ),
        lambda h, t: [{"project": t.objects["project"]}],
    ),
    ("member-list", "GET"): lambda h, t: [{"search": t.mark}],
    ("membership-list", "GET"): lambda h, t: [
        {"search": t.mark},
        {"is_deleted": "1"},
        {"exclude_project_id": t.objects["project"]},
    ],
}


def foreign(table):
    """Return one of the two tables above with what the plugins add to it in their `wall_objects.py`."""
    return {**globals()[table], **of_plugins(table)}


def check_foreign_ids_in_bodies(here, there):
    """Fail for every operation that takes an id of the other organization in its body."""
    client, wrong = here.client(here.owner), []
    for item in operations():
        for body in foreign("FOREIGN_BODIES").get(item.key, lambda h, t: [])(here, there):
            answer = call(client, item, here, here.owner, body=body)
            # An answer may repeat what the caller wrote.
            leaks = there.mark.encode() in answer.whole and there.mark not in json.dumps(body)
            if answer.status_code not in NOT_THERE or leaks:
                wrong.append(f"{item} {body}: {answer.status_code} {answer.whole[:200]!r}")
    assert wrong == []


def test_foreign_ids_in_bodies_are_refused_and_nothing_is_written(here, there, guarded):
    check_foreign_ids_in_bodies(here, there)

    assert guarded() == []


def test_foreign_ids_in_queries_find_nothing(here, there, guarded):
    client, wrong = here.client(here.owner), []
    for item in operations():
        for query in foreign("FOREIGN_QUERIES").get(item.key, lambda h, t: [])(here, there):
            answer = call(client, item, here, here.owner, query=query)
            if answer.status_code not in (200, *NOT_THERE) or there.mark.encode() in answer.whole:
                wrong.append(f"{item} {query}: {answer.status_code} {answer.whole[:200]!r}")

    assert wrong == []
    # Exporting the audit is an entry itself: ours, and in no other table.
    assert guarded() == ["events_auditentry"]


def test_every_id_that_a_body_or_query_can_carry_is_walked():
    """A new field or parameter of type integer, uuid or list of them must be written into a table here."""
    walked = {*foreign("FOREIGN_BODIES"), *foreign("FOREIGN_QUERIES")}
    lacking = []
    document = json.loads(document_for(TENANT, frozenset(get_registry().plugins)).content)
    for item in operations():
        names = id_fields(document, item) - NO_IDS - NO_IDS_OF.get(item.key, set())
        if names and item.key not in walked:
            lacking.append(f"{item}: {sorted(names)}")

    assert lacking == []


# Numbers that name no row.
NO_IDS = {
    "level",
    "page",
    "page_size",
    "wait",
    "score",
    "lead_time",
    "overlap",
    "inner_id",
    "import_id",
    "hours",
    "unique_id",
    "members_limit",
}
NO_IDS_OF = {
    ("project-list", "POST"): {"maximum_annotations", "overlap_cohort_percentage", "min_annotations_to_start_training"},
    ("project-detail", "PATCH"): {
        "maximum_annotations",
        "overlap_cohort_percentage",
        "min_annotations_to_start_training",
    },
    ("jwt-settings", "POST"): {"api_token_ttl_days"},
    ("session-policy", "PATCH"): {"max_session_age", "max_time_between_activity"},
    # Free facts of the model: a cluster's number, and ids that are shown as given and never looked up.
    ("prediction-list", "POST"): {"cluster", "neighbors"},
    ("prediction-detail", "PATCH"): {"cluster", "neighbors"},
    # How often a draft was saved.
    ("task-draft-list", "POST"): {"version"},
    ("annotation-draft-list", "POST"): {"version"},
    ("draft-detail", "PATCH"): {"version"},
}


def id_fields(document, item):
    """Return names of the fields and parameters of an operation that could carry an id."""
    from tests.walls.test_routes import described

    found = described(document, item)
    if found is None:
        return set()
    names = {
        parameter["name"]
        for parameter in found.get("parameters", ())
        if parameter["in"] == "query" and could_be_id(parameter["schema"])
    }
    for media in found.get("requestBody", {}).get("content", {}).values():
        schema = media["schema"]
        schema = schema.get("items", schema)
        schema = document["components"]["schemas"].get(schema.get("$ref", "").rpartition("/")[2], schema)
        names |= {name for name, field in schema.get("properties", {}).items() if could_be_id(field)}
    return names


def could_be_id(schema):
    types = schema.get("type", ())
    types = {types} if isinstance(types, str) else set(types)  # OpenAPI 3.1 writes what may be null as a list
    if "array" in types:
        return could_be_id(schema.get("items", {}))
    return "integer" in types or schema.get("format") == "uuid"


def test_nothing_of_the_other_organization_shows_in_any_answer(here, there):
    """Both organizations hold the same kinds of rows; ours must show, theirs never."""
    client, ours, theirs = here.client(here.owner), [], []
    for item in operations():
        if item.method != "GET":
            continue
        answer = call(client, item, here, here.owner)
        assert answer.status_code < 500, str(item)
        (ours if here.mark.encode() in answer.whole else []).append(item.route.name)
        if any(text.encode() in answer.whole for text in (there.mark, there.organization.schema)):
            theirs.append(str(item))

    assert theirs == []
    assert {"project-list", "task-list", "job-list", "member-list", "team-list", "audit-list", "user-list"} <= set(ours)
    assert len(ours) > 25


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/api/token/refresh/", lambda t: {"refresh": t.owner.objects["refresh"]}, 401),
        ("/api/token/rotate/", lambda t: {"refresh": t.owner.objects["refresh"]}, 400),
        ("/api/auth/login/", lambda t: {"email": t.owner.email, "password": PASSWORD}, 401),
        ("/api/auth/login/", lambda t: {"email": t.owner.email, "password": PASSWORD, "token": True}, 401),
    ],
)
def test_what_signs_in_there_does_not_sign_in_here(here, there, guarded, path, body, status):
    answer = here.client().post(path, body(there), format="json")

    assert answer.status_code == status
    assert guarded() == []
    assert there.client().post(path, body(there), format="json").status_code == 200


def invitation_token(world):
    """Invite somebody and return the token of the mail."""
    from platform_core.members.credentials import digest_of
    from platform_core.members.models import Invitation

    with tenant_scope(world.organization):
        Invitation.objects.filter(pk=world.objects["invitation"]).update(digest=digest_of("known-secret"))
    return f"{world.organization.id}.known-secret"


def check_foreign_invitation(here, there):
    """Fail where an invitation of the other organization is accepted here."""
    token = invitation_token(there)
    for text in (token, f"{here.organization.id}.known-secret"):
        answer = here.client().post(
            "/api/invites/accept/", {"token": text, "password": "a-new-horse-42"}, format="json"
        )
        assert answer.status_code == 400, answer.content


def test_invitation_of_the_other_organization_is_not_valid_here(here, there, guarded):
    check_foreign_invitation(here, there)

    assert set(guarded()) <= {"members_invitation"}
    token = {"token": invitation_token(there), "password": "a-new-horse-42"}
    assert there.client().post("/api/invites/accept/", token, format="json").status_code == 201


def test_member_of_both_acts_here_with_the_rights_of_here(here, there):
    """One account, owner there and annotator here: no right comes along."""
    from platform_core.accounts.models import User
    from platform_core.members.services.api_keys import issue_api_key
    from platform_core.members.services.membership import add_member
    from tenants.scope import public_scope

    with public_scope():
        user = User.objects.get(pk=there.owner.member)
    with tenant_scope(here.organization):
        key = issue_api_key(member_id=add_member(user=user, role="AN", actor=None).pk, name="both").secret
    client = here.client(HTTP_AUTHORIZATION=f"Token {key}")

    assert client.get("/api/current-user/whoami").json()["role"] == "AN"
    assert client.post("/api/projects/", {"title": "Mine"}, format="json").status_code == 403
    assert there.client(HTTP_AUTHORIZATION=f"Token {key}").get("/api/projects/").status_code == 401
    forget()
    assert client.get(f"/api/projects/{there.objects['project']}/").status_code == 404


def test_public_host_knows_no_credential_of_an_organization(here, db):
    from tests.walls.routes import PUBLIC_HOST

    wrong = []
    for kind, headers in credentials_of(here).items():
        client = here.client(**headers)
        client.defaults["HTTP_HOST"] = "testserver"
        for item in operations(PUBLIC_HOST):
            if item.permission in (PUBLIC, None):
                continue
            answer = call(client, item, here, here.owner, body={})
            if answer.status_code != 401:
                wrong.append(f"{item} by {kind}: {answer.status_code}")

    assert wrong == []
