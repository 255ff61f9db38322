"""Links of the OpenAPI document: from what made an object to what shows, changes and deletes it.

They are found, not written down. A creation at `/api/teams/` leads to `/api/teams/{id}/` where the answer has an `id`;
one at `/api/tasks/{id}/annotations/`, whose objects have an address of their own, to `/api/annotations/{id}/`.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

CREATED: Final = ("201", "200")
TARGETS: Final = ("get", "patch", "put", "delete")
_PARAMETER: Final = re.compile(r"{([^}]+)}")
_OWN: Final = re.compile(r"/([^/{}]+)/?$")
Schema = dict[str, Any]


def add_links(document: Schema) -> None:
    """Say of every creation where to go from there."""
    details = dict(_details(document["paths"]))
    for path, item in document["paths"].items():
        response = _creation(item.get("post", {}), document)
        if response is None:
            continue
        place = path.rstrip("/")
        own = _OWN.search(path)
        target = details.get(place) or (details.get(f"/api/{own[1]}") if own is not None else None)
        if target is not None:
            links = _links(path, target, document["paths"][target])
            if links:
                response["links"] = links


def _details(paths: Schema) -> Iterator[tuple[str, str]]:
    """Yield (path of a collection, path of one of its objects)."""
    for path in paths:
        collection, _, last = path.rstrip("/").rpartition("/")
        if _PARAMETER.fullmatch(last):
            yield collection, path


def _creation(operation: Schema, document: Schema) -> Schema | None:
    """Return the response of an operation that answers an object with an id; None for any other."""
    for status in CREATED:
        response: Schema | None = operation.get("responses", {}).get(status)
        schema = (response or {}).get("content", {}).get("application/json", {}).get("schema", {})
        if "$ref" in schema:
            schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        if "id" in schema.get("properties", {}):
            return response
    return None


def _links(source: str, target: str, item: Schema) -> Schema:
    """Return links by the id of the operation that they lead to."""
    outer = _PARAMETER.findall(source)
    *around, last = _PARAMETER.findall(target)
    if len(around) > len(outer):
        return {}
    parameters = {name: f"$request.path.{outer[place]}" for place, name in enumerate(around)}
    parameters[last] = "$response.body#/id"
    return {
        item[method]["operationId"]: {"operationId": item[method]["operationId"], "parameters": parameters}
        for method in TARGETS
        if method in item
    }
