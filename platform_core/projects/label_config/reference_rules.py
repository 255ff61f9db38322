"""`toName`: every control points to an object that exists and that it can annotate."""

from collections.abc import Iterator, Mapping, Sequence

from platform_core.projects.label_config.errors import ConfigIssue
from platform_core.projects.label_config.tags import TagKind, TagRegistry
from platform_core.projects.label_config.tree import Node
from platform_core.projects.label_config.types import Control, ObjectTag


def reference_issues(
    objects: Mapping[str, ObjectTag],
    controls: Mapping[str, Control],
    names: Mapping[str, Node],
    filters: Sequence[Node],
    tags: TagRegistry,
) -> Iterator[ConfigIssue]:
    """Issues of pointers between tags.

    Args:
        names: every named tag of the config, faulty ones too, so that one fault is not reported as two.
    """
    for control in controls.values():
        for target in control.to_name:
            yield from _target_issues(control, target, objects, names, tags)
        yield from _condition_issues(control, names)
    for item in objects.values():
        for target in item.to_name:
            if not (item.spec.self_reference and (target == item.name or target in objects)):
                message = f"{item.tag} '{item.name}' shows data, so it cannot point to '{target[:64]}'"
                yield names[item.name].issue("bad_to_name", message)
    for node in filters:
        target = node.attributes.get("toName", "").strip()
        if target not in controls and target not in names:
            yield node.issue("unknown_to_name", f"Filter points to '{target[:64]}', which is no control of this config")


def _target_issues(
    control: Control,
    target: str,
    objects: Mapping[str, ObjectTag],
    names: Mapping[str, Node],
    tags: TagRegistry,
) -> Iterator[ConfigIssue]:
    node = names[control.name]
    if target == control.name and control.spec.self_reference:
        return
    if target not in names:
        known = ", ".join(sorted(objects)[:20]) or "none"
        message = f"{control.tag} '{control.name}' points to '{target[:64]}', which does not exist; objects: {known}"
        yield node.issue("unknown_to_name", message)
        return
    found = names[target]
    spec = tags.get(found.tag)
    if spec is None or spec.kind is not TagKind.OBJECT:
        message = f"{control.tag} '{control.name}' points to '{target}', which is {found.tag} and shows no data"
        yield node.issue("to_name_not_object", message)
    elif control.spec.accepts is not None and found.tag not in control.spec.accepts:
        expected = ", ".join(sorted(control.spec.accepts))
        message = f"{control.tag} '{control.name}' works on {expected}, but '{target}' is {found.tag}"
        yield node.issue("wrong_object_kind", message)


def _condition_issues(control: Control, names: Mapping[str, Node]) -> Iterator[ConfigIssue]:
    """A condition that looks at a tag which does not exist hides the control for ever."""
    for name in dict.fromkeys(name for condition in control.visibility for name in condition.tag_names):
        if name not in names:
            message = f"{control.tag} '{control.name}' waits for '{name[:64]}' (whenTagName), which does not exist"
            yield names[control.name].issue("unknown_when_tag", message)
