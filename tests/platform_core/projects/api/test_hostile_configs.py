"""What published attacks put into label configs and the labels that tasks bring: none of it is stored or shown as HTML.

CVE-2024-26152 (html of Choices and Labels), CVE-2025-25296 and CVE-2025-47783 (configs answered as HTML), entities.
"""

import pytest

from platform_core.projects.label_config import InvalidLabelConfigError, parse_label_config
from platform_core.projects.models import Project
from tenants.scope import tenant_scope

SCRIPTS = [
    "&lt;img src=x onerror=alert(1)&gt;",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&lt;svg/onload=alert(1)&gt;",
    "&amp;lt;script&amp;gt;alert(1)&amp;lt;/script&amp;gt;",
    "&lt;a href=&quot;java\tscript:alert(1)&quot;&gt;x&lt;/a&gt;",
    "&lt;iframe srcdoc=x&gt;",
    "javascript:alert(1)",
]
PLACES = {
    "html of a choice": '<Choices name="c" toName="t"><Choice value="a" html="{}"/></Choices>',
    "hint of a choice": '<Choices name="c" toName="t"><Choice value="a" hint="{}"/></Choices>',
    "value of a choice": '<Choices name="c" toName="t"><Choice value="{}"/></Choices>',
    "html of a label": '<Labels name="l" toName="t"><Label value="a" html="{}"/></Labels>',
    "alias of a label": '<Labels name="l" toName="t"><Label value="a" alias="{}"/></Labels>',
    "hint of a control": '<Rating name="r" toName="t" hint="{}"/>',
    "message of a control": '<Rating name="r" toName="t" required="true" requiredMessage="{}"/>',
    "placeholder": '<TextArea name="x" toName="t" placeholder="{}"/>',
    "header": '<Header value="{}"/><Rating name="r" toName="t"/>',
    "unknown attribute": '<Rating name="r" toName="t" data-note="{}"/>',
}
OPTIONS = '<View><Text name="t" value="$t"/><Choices name="c" toName="t" value="$options" allowNested="true"/></View>'


def config(body):
    return f'<View><Text name="t" value="$t"/>{body}</View>'


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("script", SCRIPTS)
def test_script_in_a_config_is_found(place, script):
    with pytest.raises(InvalidLabelConfigError) as refused:
        parse_label_config(config(PLACES[place].format(script)))
    assert {issue.code for issue in refused.value.issues} == {"unsafe_content"}


def test_script_in_a_config_is_refused_on_every_way_in(alpha_client, alpha):
    project = alpha_client.post("/api/projects/", {"title": "Mine"}).json()["id"]
    body = {"title": "Hostile", "label_config": config(PLACES["html of a choice"].format(SCRIPTS[0]))}
    place = f"/api/projects/{project}/"
    for refused in (
        alpha_client.post("/api/projects/", body),
        alpha_client.patch(place, body),
        alpha_client.post("/api/projects/validate/", body),
        alpha_client.post(f"{place}validate/", body),
        alpha_client.post(f"{place}sample-task/", body),
    ):
        assert (refused.status_code, refused["Content-Type"]) == (400, "application/json")
        assert {issue["code"] for issue in refused.json()["data"]["issues"]} == {"unsafe_content"}
    with tenant_scope(alpha):
        assert list(Project.objects.values_list("title", "label_config")) == [("Mine", "<View></View>")]


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE View [<!ENTITY a "b">]><View><Text name="t" value="&a;"/></View>',
        '<!DOCTYPE View SYSTEM "file:///etc/passwd"><View/>',
        '<?xml-stylesheet href="http://evil.example/"?><View/>',
        '<View xmlns:h="http://www.w3.org/1999/xhtml"><h:script>alert(1)</h:script></View>',
        "<script>alert(1)</script>",
        "<View><script>alert(1)</script></View>",
        "<View>" * 100,
        "<View" + ' a="b"' * 10_000 + "/>",
    ],
)
def test_hostile_document_is_refused_and_answered_as_json(alpha_client, text):
    refused = alpha_client.post("/api/projects/validate/", {"label_config": text})
    assert refused.status_code == 400
    assert refused["Content-Type"] == "application/json"
    assert refused["X-Content-Type-Options"] == "nosniff"
    assert b"/etc/passwd" not in refused.content.replace(b"file:///etc/passwd", b"")


def test_comment_of_a_config_comes_back_as_json_only(alpha_client):
    text = config('<!-- --><!--<script>alert(1)</script>--><Rating name="r" toName="t"/>')
    made = alpha_client.post("/api/projects/", {"title": "Comment", "label_config": text})
    assert made.status_code == 201
    for answer in (
        made,
        alpha_client.get(f"/api/projects/{made.json()['id']}/"),
        alpha_client.post(f"/api/projects/{made.json()['id']}/validate/", {"label_config": text}),
        alpha_client.post(f"/api/projects/{made.json()['id']}/sample-task/", {"label_config": text}),
    ):
        assert answer["Content-Type"] == "application/json"
        assert answer["X-Content-Type-Options"] == "nosniff"
    assert made.json()["label_config"] == text


@pytest.mark.parametrize(
    ("options", "place"),
    [
        ([{"value": "a", "html": "<img src=x onerror=alert(1)>"}], "options[0].html"),
        ([{"value": "a"}, {"value": "b", "hint": "<script>alert(1)</script>"}], "options[1].hint"),
        (
            [{"value": "a", "children": [{"value": "b", "html": "<svg onload=alert(1)>"}]}],
            "options[0].children[0].html",
        ),
    ],
)
def test_labels_that_a_task_brings_may_not_run_as_scripts(alpha_client, options, place):
    made = alpha_client.post("/api/projects/", {"title": "Options", "label_config": OPTIONS}).json()["id"]
    refused = alpha_client.post(f"/api/projects/{made}/import", [{"t": "x", "options": options}])
    assert refused.status_code == 400
    assert f"data['{place}'] holds content that runs as a script" in refused.json()["detail"]
    refused = alpha_client.post("/api/tasks/", {"project": made, "data": {"t": "x", "options": options}})
    assert refused.status_code == 400
    assert alpha_client.get(f"/api/tasks/?project={made}").json()["total"] == 0


def test_labels_that_a_task_brings_may_be_emphasized(alpha_client):
    made = alpha_client.post("/api/projects/", {"title": "Options", "label_config": OPTIONS}).json()["id"]
    options = [{"value": "a", "html": "<b>a</b> &lt; b", "hint": "one = two"}]
    assert alpha_client.post(f"/api/projects/{made}/import", [{"t": "<b>x", "options": options}]).status_code == 201
