"""Hostile words in every query parameter of every route, and in the headers of every write."""

import re

from tests.walls.fuzzing import shape
from tests.walls.routes import operations
from tests.walls.test_hostile_input import flaw, path_of

READS = [item for item in operations() if item.method == "GET" and item.permission]
# Reads that leave a row behind each time: a ticket, an entry that says who took the audit out, a lock on a task.
WRITING_READS = {"event-stream", "audit-export", "project-next"}
VALUES = ["9" * 5000, "-1", "%00", "%ED%A0%80", "%5B" * 2000, "%7B%22a%22%3A%22%5Cu0000%22%7D"]
# Attribute paths from rows that lists show to what nobody may learn (CVE-2023-47117): as names of filters, and orders.
PATHS = [
    "created_by__email",
    "completed_by__email",
    "project__created_by__email",
    "member__email",
    "updated_by__active_organization__active_users__password",
]
CHANGING = re.compile(
    rb"[0-9a-f]{8}-[0-9a-f-]{27}|20\d\d-\d\d-\d\d[T ][0-9:.]+Z?|[0-9a-f]{32,}|eyJ[\w.-]+|\"\d{10}:[^\"]+\""
    rb"|\"consent\": ?\"[^\"]+\""
)


def document_of(here):
    """Return {(method, shape of the path): names of its query parameters}."""
    document = here.client().get("/api/schema/").json()
    return {
        (method.upper(), shape(path)): [one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"]
        for path, item in document["paths"].items()
        for method, operation in item.items()
    }


def reads_of(here):
    """Yield every read that is no stream, with its path and the names of its parameters."""
    names = document_of(here)
    for item in READS:
        if item.route.name not in WRITING_READS:
            known = names.get(("GET", shape(item.route.template)), [])
            needed = [f"project={here.objects['project']}"] if "project" in known else []
            yield item, path_of(item, here), known, needed


def content(answer):
    return answer.getvalue() if answer.streaming else answer.content


def test_no_word_in_any_parameter_makes_a_read_fail(here):
    client, wrong, asked = here.client(here.owner), [], 0
    client.raise_request_exception = False
    for item, path, names, needed in reads_of(here):
        for name in names:
            base = [word for word in needed if name != "project"]
            for value in VALUES:
                answer = client.get(f"{path}?{'&'.join([*base, f'{name}={value}'])}")
                body, asked = content(answer), asked + 1
                if answer.status_code >= 300 and (found := flaw_of(answer, body)):
                    wrong.append(f"{item}?{name}={value[:40]}: {found}")

    assert wrong == []
    assert asked > 500


def flaw_of(answer, body):
    return None if answer.status_code in (304, 307) else flaw(answer) if not answer.streaming else body[:100]


def test_forged_cursor_of_any_list_is_refused(here):
    client, lists = here.client(here.owner), []
    for item, path, names, needed in reads_of(here):
        for name in {"cursor", "before", "before_id"} & set(names):
            lists.append(item.route.name)
            for value in ("abc", "abc%00", "MTox:1tX:abc", "::", "x" * 5000):
                answer = client.get(f"{path}?{'&'.join([*needed, f'{name}={value}'])}")
                assert flaw(answer, expected=[400]) is None, (item, name, value)
                assert name in answer.json().get("validation_errors", {}), (item, answer.content)

    assert {"task-list", "job-list", "audit-list"} <= set(lists)


def test_no_attribute_path_is_a_filter_or_an_order(here):
    """An oracle would answer a true guess otherwise than a wrong one."""
    client, told, compared = here.client(here.owner), [], 0

    def ask(path, needed, word):
        answer = client.get(f"{path}?{'&'.join([*needed, word])}")
        body = content(answer)
        return answer.status_code, CHANGING.sub(b"*", body) if answer.status_code == 200 else b""

    for item, path, names, needed in reads_of(here):
        if item.route.parameters and not names:
            continue
        for attribute in PATHS:
            filters = (f"{attribute}__startswith=o", f"{attribute}__startswith=%21")
            orders = (f"ordering={attribute}", f"ordering=-{attribute}")
            for true, false in (filters, orders):
                compared += 1
                if ask(path, needed, true) != ask(path, needed, false):
                    told.append(f"{item}?{true}")

    assert told == []
    assert compared > 200


def test_headers_change_neither_method_nor_place_of_a_call(here, unchanged):
    wrong = []
    for item in READS:
        if item.route.name in WRITING_READS:
            continue
        for method in ("DELETE", "PATCH"):
            words = {
                "HTTP_X_HTTP_METHOD_OVERRIDE": method,
                "HTTP_X_METHOD_OVERRIDE": method,
                "HTTP_X_HTTP_METHOD": method,
            }
            words |= {"HTTP_X_ORIGINAL_URL": "/api/projects/", "HTTP_X_REWRITE_URL": "/api/projects/"}
            answer = unchanged.client.get(path_of(item, here), **words)
            content(answer)
            if answer.status_code >= 500 or answer.status_code in (202, 204):
                wrong.append(f"{item} as {method}: {answer.status_code}")

    assert wrong == []
    assert unchanged() == []


def test_odd_conditions_and_keys_are_refused_or_ignored(here):
    """`If-Match`, `If-None-Match`, `Range` and `Idempotency-Key` of every form: 2xx or a clear 4xx, never 5xx."""
    client, wrong = here.client(here.owner), []
    client.raise_request_exception = False
    for value in ('"x"', "*", 'W/"1"', '"', "\x00", "\xff", "9" * 5000, ",,,", "bytes=9-1,x"):
        words = dict.fromkeys(("HTTP_IF_MATCH", "HTTP_IF_NONE_MATCH", "HTTP_RANGE", "HTTP_IDEMPOTENCY_KEY"), value)
        for item in operations():
            if item.permission and item.route.name not in WRITING_READS and item.method in ("GET", "PATCH"):
                answer = client.generic(item.method, path_of(item, here), b"{}", "application/json", **words)
                if answer.status_code >= 500:
                    wrong.append(f"{item} with {value[:20]!r}: {content(answer)[:100]}")
                content(answer)

    assert wrong == []
