"""Which settings of a plugin are secret, by its schema: a property marked `"writeOnly": true`, at any depth of objects.

Django-free, so that the manifest can check a schema before anything is loaded.
"""

from collections.abc import Iterator, Mapping
from typing import Any

Path = tuple[str, ...]


def secret_paths(schema: Mapping[str, Any]) -> tuple[Path, ...]:
    """Return the paths of the secret settings, in the order of the schema."""
    return tuple(_below(schema, ()))


def _below(schema: Mapping[str, Any], path: Path) -> Iterator[Path]:
    properties = schema.get("properties")
    for name, item in properties.items() if isinstance(properties, dict) else ():
        if not isinstance(item, dict):
            continue
        if item.get("writeOnly") is True:
            yield (*path, name)
        else:
            yield from _below(item, (*path, name))


def secret_problem(schema: Mapping[str, Any]) -> str | None:
    """Return why the secrets of a schema cannot be kept, or None: a mark that we would pass over would be a leak."""
    paths = secret_paths(schema)
    if _marks(schema) != len(paths):
        return "writeOnly is understood under properties of objects alone, not in arrays, $defs or combinations"
    if any("/" in name for path in paths for name in path):
        return 'the name of a writeOnly property has no "/"'
    if any("default" in _schema_at(schema, path) for path in paths):
        return "a writeOnly property has no default: it would be readable by everybody"
    return None


def _marks(node: Any) -> int:
    if isinstance(node, dict):
        return (node.get("writeOnly") is True) + sum(_marks(item) for item in node.values())
    return sum(_marks(item) for item in node) if isinstance(node, list) else 0


def _schema_at(schema: Mapping[str, Any], path: Path) -> Mapping[str, Any]:
    for name in path:
        schema = schema["properties"][name]
    return schema


def take_out(values: dict[str, Any], paths: tuple[Path, ...]) -> tuple[dict[str, Any], dict[Path, Any]]:
    """Return a copy of the values without the secrets, and the secrets that were in it."""
    found: dict[Path, Any] = {}
    return _without(values, (), frozenset(paths), found), found


def _without(values: dict[str, Any], at: Path, paths: frozenset[Path], found: dict[Path, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for name, value in values.items():
        path = (*at, name)
        if path in paths:
            found[path] = value
        else:
            kept[name] = _without(value, path, paths, found) if isinstance(value, dict) else value
    return kept


def put_in(values: dict[str, Any], secrets: Mapping[Path, Any]) -> dict[str, Any]:
    """Return a copy of the values with secrets at their paths; where no object is on the way, one is made."""
    result = dict(values)
    for path, secret in secrets.items():
        place = result
        for name in path[:-1]:
            inner = place.get(name)
            place[name] = dict(inner) if isinstance(inner, dict) else {}
            place = place[name]
        place[path[-1]] = secret
    return result
