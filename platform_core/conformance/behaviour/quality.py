"""Rules TP902 to TP906: counts of statements, the described API, permissions, bad input."""

import json
from collections.abc import Iterator
from typing import Any, Final

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from drf_spectacular.generators import SchemaGenerator

from platform_core.api.openapi import plugin_patterns
from platform_core.conformance.behaviour.routes import Operation
from platform_core.conformance.behaviour.stage import Stage, forget
from platform_core.conformance.behaviour.world import World
from platform_core.members.permissions import PUBLIC
from platform_core.members.services.api_keys import issue_api_key
from platform_core.plugins.loader import get_registry
from tenants.scope import tenant_scope
from tenants.short_memory import ShortMemory

RECORD_NAME: Final = "api.json"
NO_DATA: Final = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT", "SET ")
BAD_BODIES: Final[tuple[Any, ...]] = (
    [],
    "text",
    None,
    12,
    {"id": 10**30},
    {"project": "x", "task": -1, "ids": "all", "name": ["a"], "title": {"a": 1}, "data": 7, "url": "\u0000"},
    {"project": 10**30, "task": 10**30, "ids": [10**30, None], "name": "x" * 100_000, "data": {"a": [{}] * 50}},
    [[[[[[{}]]]]]],
)
BAD_QUERIES: Final = (
    "?page=-1&page_size=x&limit=999999999999999999999&ordering=nothing",
    "?project=99999999999999999999&task=x&view=-1&search=%00&before_id=x",
)


def queries_are_counted(stage: Stage) -> None:
    """TP902: call each read with the rows of one `objects()`, then with those of three."""
    reads = [item for item in stage.operations if item.method == "GET"]
    if not reads:
        stage.skip("TP902", "the plugin has no route that reads")
        return
    kept, ShortMemory.seconds = ShortMemory.seconds, 600
    try:
        first = [_statements(stage, item) for item in reads]
        for number in (2, 3):
            stage.objects.make(stage.called, suffix=f"-row{number}")
        third = [_statements(stage, item) for item in reads]
    finally:
        ShortMemory.seconds = kept
    for operation, one, three in zip(reads, first, third, strict=True):
        message = f"asks {len(one)} times for the first rows and {len(three)} times for three times as many"
        stage.check("TP902", str(operation), len(three) <= len(one), f"{message}{_added(one, three)}")


def _statements(stage: Stage, operation: Operation) -> list[str]:
    client = stage.called.client(stage.called.owner)
    path = stage.path_of(operation, stage.called, stage.called.owner)
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(path)
        if answer.streaming:
            answer.getvalue()
    return [item["sql"] for item in captured.captured_queries if not item["sql"].lstrip().startswith(NO_DATA)]


def _added(one: list[str], three: list[str]) -> str:
    more = next((sql for sql in three[len(one) :]), None) if len(three) > len(one) else None
    return f"; such as {more[:150]}" if more else ""


def description_of(stage: Stage) -> dict[str, Any]:
    """Return the OpenAPI document of the plugin's routes alone."""
    generator: Any = SchemaGenerator(  # type: ignore[no-untyped-call]
        patterns=plugin_patterns(get_registry(), frozenset({stage.plugin.slug}))
    )
    document: dict[str, Any] = generator.get_schema(request=None, public=True)
    document["info"] = {"title": stage.plugin.slug, "version": stage.plugin.manifest.version}
    for part in stage.plugin.registrations.document_parts:
        types = {f"{stage.plugin.slug}.{item.key}": item for item in stage.plugin.registrations.event_types}
        document.setdefault(part.key, part.build(types))
    return json.loads(json.dumps(document, default=str))  # type: ignore[no-any-return]


def api_is_proven(stage: Stage) -> None:
    """TP903 and TP904, of the document as the plugin's routes make it."""
    document = description_of(stage)
    api_is_described(stage, document)
    stage.recorded = api_keeps_its_record(stage, document)


def api_is_described(stage: Stage, document: dict[str, Any]) -> None:
    """TP903: the document is OpenAPI, and each operation says what it does, what it needs and what it answers."""
    if not stage.operations:
        stage.skip("TP903", "the plugin has no routes")
        return
    for message in _schema_faults(document):
        stage.find("TP903", "OpenAPI document", message)
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if isinstance(operation, dict) and "responses" in operation:
                _described(stage, f"{method.upper()} {path}", operation)


def _schema_faults(document: dict[str, Any]) -> Iterator[str]:
    # Inline: an extra of the tests, which an author has.
    from openapi_spec_validator import OpenAPIV30SpecValidator, OpenAPIV31SpecValidator

    is_31 = str(document.get("openapi", "")).startswith("3.1")
    validator: Any = (OpenAPIV31SpecValidator if is_31 else OpenAPIV30SpecValidator)(document)
    for error in validator.iter_errors():
        place = "/".join(str(part) for part in list(getattr(error, "absolute_path", []))[:6])
        yield f"{place}: {str(getattr(error, 'message', error))[:200]}"


def _described(stage: Stage, where: str, operation: dict[str, Any]) -> None:
    stage.check("TP903", where, operation.get("summary"), "has no summary")
    stage.check("TP903", where, operation.get("tags"), "has no tag")
    successes = [code for code in operation["responses"] if str(code).startswith(("2", "3"))]
    stage.check("TP903", where, successes, "describes no successful answer")


def api_keeps_its_record(stage: Stage, document: dict[str, Any]) -> dict[str, Any]:
    """TP904: compare with `api.json` beside the plugin's pyproject.toml; returns the record of the API as it is."""
    now = record_of(document)
    file = stage.root / RECORD_NAME
    if not file.is_file():
        stage.skip("TP904", f"there is no {RECORD_NAME} yet; --record writes it")
        return now
    before = json.loads(file.read_text(encoding="utf-8"))
    for name, was in before.items():
        stage.tried["TP904"] += 1
        if name not in now:
            stage.find("TP904", name, "is gone")
            continue
        for message in _breaks(was, now[name]):
            stage.find("TP904", name, message)
    return now


def record_of(document: dict[str, Any]) -> dict[str, Any]:
    """Return what clients rely on: per operation its permission, what it demands and what it answers."""
    record = {}
    for path, item in sorted(document["paths"].items()):
        for method, operation in sorted(item.items()):
            if not isinstance(operation, dict) or "responses" not in operation:
                continue
            request = _resolved(document, operation.get("requestBody", {}))
            answers = [body for code, body in operation["responses"].items() if str(code).startswith("2")]
            required = [one["name"] for one in operation.get("parameters", ()) if one.get("required")]
            record[f"{method.upper()} {path}"] = {
                "permission": operation.get("x-permission"),
                "demands": sorted({*required, *request.get("required", ())}),
                "takes": sorted(request.get("properties", {})),
                "answers": sorted(_resolved(document, answers[0]).get("properties", {})) if answers else [],
            }
    return record


def _resolved(document: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a body's JSON; of a list, that of its items; of a page, that of its results."""
    content: dict[str, Any] = body.get("content", {})
    kinds: list[dict[str, Any]] = list(content.values())
    schema: dict[str, Any] = kinds[0].get("schema", {}) if kinds else {}
    for _ in range(5):
        if "$ref" in schema:
            schema = document["components"]["schemas"].get(schema["$ref"].rpartition("/")[2], {})
        elif schema.get("type") == "array":
            schema = schema.get("items", {})
        else:
            break
    return schema


def _breaks(was: dict[str, Any], now: dict[str, Any]) -> Iterator[str]:
    if was["permission"] != now["permission"]:
        yield f"asks for {now['permission']!r} instead of {was['permission']!r}"
    for name in sorted(set(now["demands"]) - set(was["demands"])):
        yield f"demands {name!r}, which it did not"
    for name in sorted(set(was["takes"]) - set(now["takes"])):
        yield f"takes {name!r} no more"
    for name in sorted(set(was["answers"]) - set(now["answers"])):
        yield f"answers {name!r} no more"


def permissions_are_asked(stage: Stage) -> None:
    """TP905: no credential and a key without the permission open nothing."""
    world = stage.called
    if not stage.operations:
        stage.skip("TP905", "the plugin has no routes")
        return
    with tenant_scope(world.organization), transaction.atomic():
        key = issue_api_key(member_id=world.owner.member, name="narrow", scopes=["organization.view"]).secret
    forget()
    for operation in stage.operations:
        where, asked = str(operation), operation.permission
        if not stage.check("TP905", where, asked is not None, "declares no permission"):
            continue
        loose = "permission_classes" in vars(operation.view) or "authentication_classes" in vars(operation.view)
        stage.check("TP905", where, not loose, "names permission or authentication classes of its own")
        stage.check("TP905", where, asked != PUBLIC, "asks for no credential")
        for client, wanted in ((world.client(), 401), (world.client(key=key), 403)):
            with transaction.atomic():
                status = stage.call(operation, world, world.owner, client=client).status_code
                transaction.set_rollback(True)
            who = "without a credential" if wanted == 401 else "without the permission"
            holds = asked == PUBLIC or status == wanted or (asked == "organization.view" and wanted == 403)
            stage.check("TP905", where, holds, f"answers {status} instead of {wanted} {who}")


def bad_input_is_refused(stage: Stage) -> None:
    """TP906: bodies and queries that nobody means never end in a 5xx."""
    if not stage.operations:
        stage.skip("TP906", "the plugin has no routes")
        return
    for operation in stage.operations:
        for sent in BAD_QUERIES if operation.method == "GET" else BAD_BODIES:
            _hostile(stage, stage.called, operation, sent)


def _hostile(stage: Stage, world: World, operation: Operation, sent: Any) -> None:
    is_read = operation.method == "GET"
    with transaction.atomic():
        answer = stage.call(
            operation, world, world.owner, query=sent if is_read else "", body={} if is_read else _body(sent)
        )
        transaction.set_rollback(True)
    shown = sent if is_read else json.dumps(sent)[:80]
    stage.check("TP906", str(operation), answer.status_code < 500, f"answers {answer.status_code} to {shown}")


def _body(sent: Any) -> Any:
    return sent if sent is not None else "null"
