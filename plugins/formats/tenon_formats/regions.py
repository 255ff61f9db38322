"""Reading what people said out of the results of annotations."""

from collections.abc import Iterator, Sequence
from typing import Any

from platform_core.sdk import ExportedTask

Json = dict[str, Any]


def submitted(task: ExportedTask) -> list[Json]:
    """Return the annotations of a task that are not skipped, newest first, as Label Studio's own exports have them."""
    annotations = [one for one in task.annotations if not one["was_cancelled"]]
    return sorted(annotations, key=lambda one: (one["created_at"], one["id"]), reverse=True)


def chosen(task: ExportedTask) -> Json | None:
    """Return the one annotation that a file for one image can hold: ground truth if there is any, else the newest."""
    annotations = submitted(task)
    return next((one for one in annotations if one["ground_truth"]), annotations[0] if annotations else None)


def author_id(annotation: Json) -> int | None:
    """Return whose work it is; exports give an id, or an object if asked to."""
    author = annotation["completed_by"]
    found = author["id"] if isinstance(author, dict) else author
    return int(found) if found is not None else None


def regions(annotation: Json) -> Iterator[Json]:
    """Yield the regions of a result; relations between them are left out."""
    for region in annotation["result"] or ():
        if isinstance(region, dict) and region.get("from_name") and isinstance(region.get("value"), dict):
            yield region


def own_labels(region: Json) -> list[str]:
    """Return the labels in a region's own value: under the key of its type, or another that ends in `labels`."""
    value = region["value"]
    keys = [region.get("type"), "labels", *sorted(key for key in value if key.endswith("labels"))]
    for key in keys:
        found = value.get(key)
        if isinstance(found, list) and found and all(isinstance(one, str) for one in found):
            return list(found)
    return []


def labelled(annotation: Json) -> Iterator[tuple[Json, list[str]]]:
    """Yield each region with its labels; a region without any gets those of a result with the same id.

    That is how a plain `Rectangle` and a `Labels` control beside it say one thing in two results.
    """
    found = list(regions(annotation))
    by_id: dict[Any, list[str]] = {}
    for region in found:
        by_id.setdefault(region.get("id"), []).extend(own_labels(region))
    for region in found:
        labels = own_labels(region) or list(dict.fromkeys(by_id.get(region.get("id"), [])))
        yield region, labels


def controls_of(parsed: Json, types: Sequence[str]) -> dict[str, Json]:
    """Return the controls of these types, by name."""
    return {name: control for name, control in parsed.items() if control.get("type") in types}


def data_key(parsed: Json, object_type: str) -> str | None:
    """Return the key of the task's data that the first object of a type shows; None when there is none."""
    for control in parsed.values():
        for shown in control.get("inputs", ()):
            if shown.get("type") == object_type and shown.get("value"):
                return str(shown["value"])
    return None


def value_at(data: Json, key: str | None) -> Any:
    """Return what the data hold under a key; `a.b` goes into objects."""
    found: Any = data
    for part in key.split(".") if key and key not in data else [key]:
        found = found.get(part) if isinstance(found, dict) else None
    return found
