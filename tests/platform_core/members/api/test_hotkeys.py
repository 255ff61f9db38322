import pytest

from platform_core.members.models import Member
from tenants.scope import tenant_scope

PATH = "/api/current-user/hotkeys/"
SUBMIT = {"annotation:submit": {"key": "ctrl+enter", "active": True}}
SKIP = {"annotation:skip": {"key": "ctrl+x", "active": True}}


@pytest.fixture
def owner(alpha, client_of):
    return client_of(alpha, "OW")


@pytest.fixture
def project(owner):
    return owner.post("/api/projects/", {"title": "Keys"}).json()["id"]


def hotkeys(answer):
    assert answer.status_code == 200, answer.content
    return answer.json()["custom_hotkeys"]


def test_hotkeys_of_a_project_lie_over_those_for_all(owner, project):
    other = owner.post("/api/projects/", {"title": "Other"}).json()["id"]
    mine = {"annotation:submit": {"key": "ctrl+s", "active": True}}
    hotkeys(owner.patch(PATH, {"custom_hotkeys": {**SUBMIT, **SKIP}}))

    assert hotkeys(owner.patch(f"{PATH}?project={project}", {"custom_hotkeys": mine})) == {**mine, **SKIP}
    assert hotkeys(owner.get(f"{PATH}?project={project}")) == {**mine, **SKIP}
    assert hotkeys(owner.get(f"{PATH}?project={other}")) == hotkeys(owner.get(PATH)) == {**SUBMIT, **SKIP}
    assert hotkeys(owner.patch(f"{PATH}?project={project}", {"custom_hotkeys": {}})) == {**SUBMIT, **SKIP}


@pytest.mark.parametrize("value", ["0", "x", "99999999999999999999"])
def test_project_that_is_none_is_a_bad_request(owner, value):
    assert owner.get(f"{PATH}?project={value}").status_code == 400


def test_project_that_one_does_not_see_is_not_found(alpha, client_of, project):
    annotator = client_of(alpha, "AN")

    assert annotator.get(f"{PATH}?project={project}").status_code == 404
    assert annotator.patch(f"{PATH}?project={project}", {"custom_hotkeys": SKIP}).status_code == 404


def test_hotkeys_of_a_deleted_project_go_and_their_number_is_limited(alpha, owner, project, monkeypatch):
    monkeypatch.setattr("platform_core.members.services.profile.MAX_PROJECTS", 1)
    other = owner.post("/api/projects/", {"title": "Other"}).json()["id"]
    hotkeys(owner.patch(f"{PATH}?project={project}", {"custom_hotkeys": SKIP}))

    assert owner.patch(f"{PATH}?project={other}", {"custom_hotkeys": SKIP}).status_code == 400
    owner.delete(f"/api/projects/{project}/")
    hotkeys(owner.patch(f"{PATH}?project={other}", {"custom_hotkeys": SKIP}))
    with tenant_scope(alpha):
        assert Member.objects.get(pk=owner.member.pk).project_hotkeys == {str(other): SKIP}


@pytest.mark.parametrize(
    "value",
    [
        {f"a:{number}": {"key": "k", "active": True} for number in range(201)},
        {"a:b": {"key": "k" * 51, "active": True}},
        {"a:b": {"key": "</script><script>alert(1)</script>", "active": True}},
        {"a:b": {"key": '" onload="alert(1)', "active": True}},
        {"<img src=x onerror=alert(1)>:b": {"key": "k", "active": True}},
        {"a:b": {"key": "k", "description": "<svg onload=alert(1)>"}},
        {"a:b": {"key": "k", "constructor": {}}},
        {"a:b": "k"},
        {"a": {"key": "k"}},
        ["a:b"],
        "a:b",
    ],
)
@pytest.mark.parametrize("query", [False, True])
def test_hotkeys_of_another_form_or_with_markup_are_refused(owner, project, value, query):
    path = f"{PATH}?project={project}" if query else PATH
    assert owner.patch(path, {"custom_hotkeys": value}).status_code == 400


def test_longest_hotkeys_are_taken(owner):
    many = {f"section:{number}": {"key": "k" * 50, "active": False} for number in range(200)}

    assert hotkeys(owner.patch(PATH, {"custom_hotkeys": many})) == many
