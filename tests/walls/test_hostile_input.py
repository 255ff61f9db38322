"""Input that is meant to break something: refused with the usual body, never 5xx, and nothing is written."""

import json
import zlib

from django.test import override_settings

from tests.walls.calls import arguments
from tests.walls.routes import operations
from tests.walls.test_matrix import GUARDED
from tests.walls.world import plugin_modules, result

KEYS = {"id", "status_code", "version", "detail", "exc_info", "code", "data"}
WRITES = [item for item in operations() if item.method in ("POST", "PUT", "PATCH") and item.permission]
NO_JSON_BODY = {"project-import"}  # read as a stream, walked below

DEEP = b"[" * 100_000 + b"]" * 100_000
DEEP_OBJECTS = b'{"a":' * 100_000 + b"1" + b"}" * 100_000
BODIES = {
    "deep arrays": DEEP,
    "deep arrays that never end": b"[" * 100_000,
    "deep objects": DEEP_OBJECTS,
    "NaN": b'{"title": NaN, "data": NaN, "score": NaN, "lead_time": NaN}',
    "Infinity": b'{"title": -Infinity, "score": Infinity}',
    "5,000 digits": b'{"project": ' + b"9" * 5000 + b', "task": ' + b"9" * 5000 + b', "lead_time": 1}',
    "an integer beyond 64 bits": b'{"project": 18446744073709551617, "task": 18446744073709551617, "member": 1e400}',
    "a NUL escape": b'{"title": "a\\u0000b", "name": "a\\u0000b", "email": "a\\u0000@b.example", "token": "\\u0000"}',
    "a NUL in a key": b'{"a\\u0000b": 1}',
    "a raw NUL": b'{"title": "a\x00b"}',
    "a lone surrogate": b'{"title": "\\ud800 is lonely", "name": "\\udfff", "data": {"text": "\\ud800"}}',
    "invalid UTF-8": b'{"title": "\xff\xfe\xc3("}',
    "overlong UTF-8": b'{"title": "\xc0\xaf"}',
    "UTF-16": '{"title": "abc"}'.encode("utf-16"),
    "two documents": b'{"title": "abc"} {"title": "def"}',
    "an unfinished document": b'{"title": "abc',
    "a comment": b'{"title": "abc" /* x */}',
    "a word": b"nonsense",
    "a compressed body": zlib.compress(b'{"title": "abc"}'),
}


def flaw(answer, *, expected=range(400, 500)):
    """Return what is wrong with a refusal, or None."""
    if answer.status_code not in expected:
        return f"{answer.status_code} {answer.content[:150]!r}"
    body = json.loads(answer.content)
    if set(body) - {"validation_errors"} != KEYS or body["status_code"] != answer.status_code:
        return f"body {sorted(body)}"
    return "internals" if "Traceback" in body["detail"] or "psycopg" in answer.content.decode() else None


def path_of(item, here):
    return item.route.path(**arguments(item, here, here.owner))


def test_hostile_json_is_refused_on_every_write(here, unchanged):
    wrong = []
    for item in WRITES:
        if (
            item.route.name in {*NO_JSON_BODY, *BODILESS, *bodiless_of_plugins()}
            or item.route.view.serializer_class is None
        ):
            continue
        for name, body in BODIES.items():
            answer = unchanged.client.generic(item.method, path_of(item, here), body, content_type="application/json")
            if found := flaw(answer):
                wrong.append(f"{item} with {name}: {found}")

    assert wrong == []
    # Tries of a secret are counted in `public`; nothing changes here.
    assert unchanged() == []


def bodiless_of_plugins():
    """Return `BODILESS` of the plugins' `wall_objects.py`: names of routes whose acts have no body."""
    return {name for module in plugin_modules() for name in getattr(module, "BODILESS", ())}


# Acts that have no body do not read one.
BODILESS = {
    *(
        "auth-logout",
        "current-user-reset-token",
        "open-link-reset",
        "member-leave",
        "token-list",
        "job-cancel",
        "job-retry",
    ),
    *("plugin-plan", "plugin-disable", "plugin-export", "team-link-list"),
}


IMPORTS = {
    **{name: body for name, body in BODIES.items() if name not in ("a NUL in a key", "a word", "a comment")},
    "a task that is deep": b'[{"data": {"text": ' + DEEP + b"}}]",
    "a task with NaN": b'[{"data": {"text": NaN}}]',
    "a task with 5,000 digits": b'[{"data": {"text": "x", "n": ' + b"9" * 5000 + b"}}]",
    "a task with a NUL": b'[{"data": {"text": "a\\u0000b"}}]',
    "a task with a NUL key": b'[{"data": {"text": "x", "a\\u0000b": 1}}]',
    "a task with a surrogate": b'[{"data": {"text": "\\ud800"}}]',
    "a task without its key": b'[{"data": {"text": "x"}}, {"data": {"txt": "x"}}]',
    "no tasks": b"",
    "a number in a list": b"[1]",
}


def test_hostile_imports_are_refused_whole(here, unchanged):
    path = f"/api/projects/{here.objects['project']}/import"
    kinds = ("application/json", "application/x-ndjson", "text/plain")
    wrong = [
        f"{name} as {kind}: {found}"
        for name, body in IMPORTS.items()
        for kind in kinds
        if (found := flaw(unchanged.client.generic("POST", path, body, content_type=kind)))
    ]

    assert wrong == []
    assert unchanged() == []


FORM = "multipart/form-data; boundary=frontier"
FORMS = {
    "no boundary": (b"--frontier\r\n\r\n", "multipart/form-data"),
    "an empty boundary": (b"----\r\n\r\n", "multipart/form-data; boundary="),
    "a boundary of odd bytes": (b"x", 'multipart/form-data; boundary="\x80\xff"'),
    "a long boundary": (b"x", "multipart/form-data; boundary=" + "b" * 10_000),
    "nothing in it": (b"--frontier--\r\n", FORM),
    "no end": (b'--frontier\r\nContent-Disposition: form-data; name="file"; filename="a.json"\r\n\r\n[{"text"', FORM),
    "headers without end": (b"--frontier\r\nContent-Disposition: " + b"x" * 100_000, FORM),
    "a broken transfer encoding": (
        (
            b'--frontier\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n'
            b"Content-Transfer-Encoding: base64\r\n\r\n!!!!\r\n--frontier--\r\n"
        ),
        FORM,
    ),
    "a file that is no tasks": (
        (
            b'--frontier\r\nContent-Disposition: form-data; name="file"; filename="../../etc/passwd"\r\n\r\n'
            b"\x00\xff\r\n--frontier--\r\n"
        ),
        FORM,
    ),
}


def test_malformed_forms_are_refused(here, unchanged):
    wrong = []
    for path in (f"/api/projects/{here.objects['project']}/import", "/api/predictions/", "/api/teams/"):
        for name, (body, kind) in FORMS.items():
            answer = unchanged.client.generic("POST", path, body, content_type=kind)
            if found := flaw(answer):
                wrong.append(f"{path} with {name}: {found}")

    assert wrong == []
    assert unchanged() == []


def test_foreign_content_type_is_415(here, unchanged):
    for kind in ("text/xml", "application/octet-stream", "application/json; charset=utf-16", "x", ""):
        for path in ("/api/projects/", "/api/tasks/", "/api/teams/", "/api/predictions/"):
            answer = unchanged.client.generic("POST", path, b'{"title": "abc"}', content_type=kind)
            assert flaw(answer, expected=[415]) is None, (path, kind, answer.status_code)
    assert unchanged() == []


@override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=1000, TENON_MAX_IMPORT_BYTES=1000)
def test_body_over_the_limit_is_413(here, unchanged):
    project = here.objects["project"]
    body = b'{"title": "' + b"x" * 2000 + b'"}'
    for path in ("/api/projects/", "/api/tasks/", f"/api/projects/{project}/import"):
        answer = unchanged.client.generic("POST", path, body, content_type="application/json")
        assert flaw(answer, expected=[413]) is None, (path, answer.content)
        assert answer.json()["data"] == {"limit": 1000}
    form = b"title=" + b"x" * 2000
    answer = unchanged.client.generic("POST", "/api/projects/", form, content_type="application/x-www-form-urlencoded")
    assert flaw(answer, expected=[413]) is None, answer.content
    assert unchanged() == []


def test_many_form_fields_are_refused(unchanged):
    form = b"&".join(b"a%d=1" % number for number in range(5000))

    answer = unchanged.client.generic("POST", "/api/projects/", form, content_type="application/x-www-form-urlencoded")

    assert flaw(answer) is None


def test_repeated_keys_count_once_and_the_last_wins(unchanged):
    body = b'{"title": "first title", "title": "last title"}'

    made = unchanged.client.generic("POST", "/api/projects/", body, content_type="application/json")

    assert (made.status_code, made.json()["title"]) == (201, "last title")


NUMBERS = [
    "-1",
    "0",
    "x",
    "1.5",
    "1e3",
    "9" * 19,
    "9" * 30,
    "9" * 5000,
    "%00",
    "%EF%BC%91",
    "1%00",
    "%D9%A3",
    "+1",
    " 1",
    "''",
]
QUERIES = {
    "/api/tasks/": ["project", "page", "page_size", "cursor", "fields"],
    "/api/projects/": ["ids", "page", "page_size", "title", "search", "filter", "ordering"],
    "/api/projects/counts/": ["ids", "page", "ordering"],
    "/api/predictions/": ["task", "project", "task__project"],
    "/api/jobs/": ["status", "page", "page_size"],
    "/api/audit/": ["actor", "action", "target_type", "target_id", "since", "until", "before_id", "page_size"],
    "/api/members/": ["search", "role", "page", "page_size"],
    "/api/invites/": ["page", "page_size"],
    "/api/teams/": ["page", "page_size"],
    "/api/token/": ["ordering"],
    "/api/plugins/": ["page"],
}


def test_odd_numbers_and_texts_in_queries_never_fail(here, unchanged):
    wrong = []
    for path, names in QUERIES.items():
        for name in names:
            for value in NUMBERS:
                base = f"project={here.objects['project']}&" if path == "/api/tasks/" and name != "project" else ""
                answer = unchanged.client.get(f"{path}?{base}{name}={value}")
                if answer.status_code != 200 and (found := flaw(answer)):
                    wrong.append(f"{path}?{name}={value[:40]}: {found}")

    assert wrong == []
    assert unchanged() == []


def test_odd_ids_in_paths_are_not_found(here, unchanged):
    wrong = []
    for item in GUARDED:
        for converter in ("<int:", "<uuid:"):
            if converter not in item.route.template:
                continue
            for value in ("0", "-1", "9" * 19, "9" * 30, "9" * 5000, "%00", "..%2f", "%ff", "1%00", "%EF%BC%91"):
                path = path_with(item, value)
                answer = unchanged.client.generic(item.method, path, b"{}", content_type="application/json")
                if found := flaw(answer, expected=[404] if item.method in ("GET", "DELETE") else [400, 404, 405]):
                    wrong.append(f"{item} with {value[:20]}: {found}")

    assert wrong == []
    assert unchanged() == []


def path_with(item, value):
    """Return a route's path with the same text for every parameter."""
    parts = item.route.template.split("<")
    return parts[0] + "".join(value + part.partition(">")[2] for part in parts[1:])


CURSORS = ["abc", "abc%00", "a:b:c", "%C3%BF", "x" * 5000, "1", "MTox:1tX:abc", ":", "::"]


def test_forged_cursor_is_refused(here, unchanged):
    for cursor in CURSORS:
        answer = unchanged.client.get(f"/api/tasks/?project={here.objects['project']}&cursor={cursor}")
        assert flaw(answer, expected=[400]) is None, cursor
        assert "cursor" in answer.json()["validation_errors"]


def test_cursor_of_another_project_is_refused(here, there, unchanged):
    project = unchanged.client.post("/api/projects/", {"title": "Another"}, format="json").json()["id"]
    theirs = there.client(there.owner).get(f"/api/tasks/?project={there.objects['project']}&page_size=1").json()
    ours = unchanged.client.get(f"/api/tasks/?project={here.objects['project']}&page_size=1").json()

    for cursor in (theirs["next_cursor"], ours["next_cursor"]):
        assert cursor
        assert unchanged.client.get(f"/api/tasks/?project={project}&cursor={cursor}").status_code == 400


BOMB = (
    '<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    '<View><Text name="t" value="&b;"/></View>'
)
CONFIGS = {
    "an entity bomb": BOMB,
    "an external entity": '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><View>&e;</View>',
    "a DTD": '<!DOCTYPE x SYSTEM "http://127.0.0.1/x.dtd"><View/>',
    "a parameter entity": '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1/"> %p;]><View/>',
    "10,000 levels": "<View>" * 10_000 + "</View>" * 10_000,
    "5 MB": "<View>" + "<Header value='x'/>" * 250_000 + "</View>",
    "a lone bracket": "<",
    "an unknown tag": "<View><Script src='x'/></View>",
    "a name twice": '<View><Text name="a" value="$t"/><Text name="a" value="$t"/></View>',
    "a control of nothing": '<View><Choices name="c" toName="nothing"><Choice value="a"/></Choices></View>',
    "a control of a control": (
        '<View><Text name="t" value="$t"/><Choices name="c" toName="t"><Choice value="a"/></Choices>'
        '<Choices name="d" toName="c"><Choice value="a"/></Choices></View>'
    ),
    "labels twice": (
        '<View><Text name="t" value="$t"/><Choices name="c" toName="t">'
        '<Choice value="a"/><Choice value="a"/></Choices></View>'
    ),
    "an include": '<View xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="file:///etc/passwd"/></View>',
    "a processing instruction": '<?xml-stylesheet href="http://127.0.0.1/"?><View><Unknown/></View>',
}


def test_hostile_label_config_is_refused(here, unchanged):
    project = here.objects["project"]
    calls = [("post", "/api/projects/"), ("post", "/api/projects/validate/")]
    calls += [("patch", f"/api/projects/{project}/"), ("post", f"/api/projects/{project}/validate/")]
    wrong = []
    for name, config in CONFIGS.items():
        for method, path in calls:
            answer = getattr(unchanged.client, method)(path, {"title": "Any", "label_config": config}, format="json")
            if (found := flaw(answer, expected=[400])) or "label_config" not in answer.json()["validation_errors"]:
                wrong.append(f"{path} with {name}: {found}")

    assert wrong == []
    assert unchanged() == []


def test_result_with_strange_values_is_refused(here, unchanged):
    good = result(here)[0]
    strange = [
        [{**good, "value": {"choices": ["\ud7ff", 1]}}],
        [{**good, "value": {"choices": [{"a": 1}]}}],
        [{**good, "from_name": "x" * 10_000}],
        [{**good, "type": None}],
        [[good]],
        [None],
        {"result": []},
        "text",
    ]
    for body in strange:
        answer = unchanged.client.post(
            f"/api/tasks/{here.objects['task']}/annotations/", {"result": body}, format="json"
        )
        assert flaw(answer, expected=[400]) is None, (body, answer.content)
    assert unchanged() == []


def test_method_that_a_route_does_not_offer_is_405(here, unchanged):
    wrong = []
    for item in {item.route.name: item for item in GUARDED}.values():
        for method in {"PUT", "POST", "PATCH", "DELETE", "TRACE", "NONSENSE"} - set(item.route.methods):
            answer = unchanged.client.generic(method, path_of(item, here), b"{}", content_type="application/json")
            if found := flaw(answer, expected=[403, 405]):
                wrong.append(f"{method} {item.route.template}: {found}")

    assert wrong == []
    assert unchanged() == []


UNKNOWN_HOSTS = [
    *(
        "nobody.testserver",
        "testserver.evil.example",
        "alpha.testserver.evil.example",
        "xalpha.testserver",
        "alpha",
        "",
    ),
    *(
        "alpha.testserver:99999999",
        "alpha.testserver:port",
        "alpha.testserver@evil.example",
        "alpha.testserver/x",
        "[::1",
    ),
    *(
        "alpha.testserver\x00",
        "alpha.testserver evil",
        "alpha_testserver",
        "%61lpha.testserver",
        "ALPHA.TESTSERVER.EVIL",
    ),
    *(
        "alpha..testserver",
        "alpha.testserver.",
        "-",
        "." * 300,
        "a" * 5000,
        "\u0430lpha.testserver".encode().decode("latin-1"),
        "127.0.0.1",
    ),
]


def test_unknown_host_is_404(here, unchanged):
    for name in UNKNOWN_HOSTS:
        answer = unchanged.client.get("/api/projects/", HTTP_HOST=name)
        assert flaw(answer, expected=[404]) is None, name
        assert here.mark.encode() not in answer.content


def test_spelling_of_a_known_host_does_not_matter(here, unchanged):
    for name in ("ALPHA.TESTSERVER", "alpha.testserver:8000", "Alpha.TestServer:1"):
        assert unchanged.client.get("/api/organization/", HTTP_HOST=name).json()["slug"] == "alpha"


def test_forwarded_host_is_ignored(here, there, unchanged):
    extra = dict.fromkeys(("HTTP_X_FORWARDED_HOST", "HTTP_X_HOST", "HTTP_X_ORIGINAL_HOST"), "beta.testserver")
    extra |= {"HTTP_FORWARDED": "host=beta.testserver", "HTTP_X_FORWARDED_PORT": "1", "HTTP_X_FORWARDED_PROTO": "https"}

    page = unchanged.client.get("/api/projects/?page_size=1", **extra)

    assert unchanged.client.get("/api/organization/", **extra).json()["slug"] == "alpha"
    assert b"beta" not in page.content


def test_strange_headers_never_fail(here, unchanged):
    headers = [
        {"HTTP_AUTHORIZATION": "Token " + "x" * 100_000},
        {"HTTP_AUTHORIZATION": "Token \x00"},
        {"HTTP_AUTHORIZATION": "Token \xff\xfe"},
        {"HTTP_AUTHORIZATION": "Bearer a.b.c"},
        {"HTTP_AUTHORIZATION": "Bearer " + "." * 4000},
        {"HTTP_AUTHORIZATION": "Bearer eyJhbGciOiJub25lIn0.eyJ1c2VyX2lkIjoiMSJ9."},
        {"HTTP_AUTHORIZATION": "Basic b3duZXI6eA=="},
        {"HTTP_AUTHORIZATION": "Token"},
        {"HTTP_AUTHORIZATION": "\u2003".encode().decode("latin-1")},
        {"HTTP_X_API_KEY": "\x00"},
        {"HTTP_COOKIE": "tenon_session=" + "x" * 10_000},
        {"HTTP_COOKIE": "tenon_session=\x00; tenon_csrf=\xff"},
    ]
    nobody = here.client()
    nobody.raise_request_exception = False
    for extra in headers:
        assert flaw(nobody.get("/api/projects/", **extra), expected=[401]) is None, extra
    for accept in ("text/html", "*/*;q=x", "x" * 5000, "application/xml"):
        assert unchanged.client.get("/api/projects/", HTTP_ACCEPT=accept).status_code in (200, 400)
    for length in ("-1", "x", "9" * 30):
        answer = unchanged.client.generic("POST", "/api/projects/", b"{}", CONTENT_LENGTH=length)
        assert answer.status_code < 500, length
