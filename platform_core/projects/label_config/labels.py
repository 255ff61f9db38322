"""The labels, choices and buckets that stand under a control."""

from types import MappingProxyType

from platform_core.projects.label_config.errors import ConfigIssue
from platform_core.projects.label_config.tags import TagKind, TagRegistry, TagSpec
from platform_core.projects.label_config.tree import Node, has_control_character
from platform_core.projects.label_config.types import Label


def collect_labels(node: Node, spec: TagSpec, tags: TagRegistry, issues: list[ConfigIssue]) -> tuple[Label, ...]:
    """The labels of a control in document order, layout tags between looked through; faults go to `issues`."""
    if spec.label_tag is None:
        return ()
    labels: list[Label] = []
    seen: dict[object, int] = {}
    _descend(node, (), spec, tags, labels, seen, issues)
    return tuple(labels)


def _descend(
    node: Node,
    path: tuple[str, ...],
    spec: TagSpec,
    tags: TagRegistry,
    labels: list[Label],
    seen: dict[object, int],
    issues: list[ConfigIssue],
) -> None:
    for child in node.children:
        if child.tag == spec.label_tag:
            below = _add_label(child, path, spec, labels, seen, issues)
        elif (known := tags.get(child.tag)) and known.kind is TagKind.VISUAL:
            below = path
        else:
            continue
        _descend(child, below, spec, tags, labels, seen, issues)


def _add_label(
    child: Node,
    path: tuple[str, ...],
    spec: TagSpec,
    labels: list[Label],
    seen: dict[object, int],
    issues: list[ConfigIssue],
) -> tuple[str, ...]:
    value = child.attributes.get("alias") or child.attributes.get("value", "")
    below = (*path, value)
    if not value.strip():
        issues.append(child.issue("missing_value", f"{child.tag} needs the attribute 'value'"))
        return below
    if has_control_character(value):
        issues.append(child.issue("bad_label", f"{child.tag} {value[:64]!r} holds characters that cannot be shown"))
    # In a tree two branches may have leaves of one name; their paths tell them apart.
    identity: object = below if spec.tree else value
    if identity in seen:
        message = f"{child.tag} '{value[:64]}' is listed twice in one control, first at line {seen[identity]}"
        issues.append(child.issue("duplicate_label", message))
        return below
    seen[identity] = child.line
    labels.append(Label(value=value, path=below, attributes=MappingProxyType(dict(child.attributes))))
    return below


def collect_columns(node: Node) -> tuple[str, ...]:
    """Names of the columns that the channels of a TimeSeries show, each once."""
    names: dict[str, None] = {}
    pending = list(reversed(node.children))
    while pending:
        child = pending.pop()
        if child.tag == "Channel" and (column := child.attributes.get("column", "").strip()):
            names[column] = None
        pending.extend(reversed(child.children))
    return tuple(names)


def collect_buckets(node: Node, issues: list[ConfigIssue]) -> tuple[str, ...]:
    """Names of the buckets of a Ranker."""
    names: dict[str, None] = {}
    for child in node.children:
        if child.tag != "Bucket":
            continue
        name = child.attributes.get("name", "")
        if not name:
            issues.append(child.issue("missing_name", "Bucket needs the attribute 'name'"))
        elif name in names:
            issues.append(child.issue("duplicate_name", f"The bucket '{name[:64]}' is listed twice"))
        names[name] = None
    return tuple(names)
