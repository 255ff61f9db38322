"""From the text of a label config to `LabelConfig`, or to the list of everything that is wrong with it."""

import re
from collections.abc import Iterable
from types import MappingProxyType
from typing import Final

from platform_core.plugins.types import TaxonomyRef
from platform_core.projects.label_config.content_rules import script_issues
from platform_core.projects.label_config.core_tags import CORE_TAGS
from platform_core.projects.label_config.errors import ConfigIssue, InvalidLabelConfigError
from platform_core.projects.label_config.labels import collect_buckets, collect_columns, collect_labels
from platform_core.projects.label_config.reference_rules import reference_issues
from platform_core.projects.label_config.tags import TagKind, TagRegistry, TagSpec
from platform_core.projects.label_config.tree import Node, has_control_character, read_tree
from platform_core.projects.label_config.types import (
    Control,
    DataVariable,
    LabelConfig,
    ObjectTag,
    Visibility,
)
from platform_core.projects.label_config.variables import MalformedVariableError, has_variable, variables_of

MAX_ISSUES: Final = 100
MAX_NAME_LENGTH: Final = 128
MAX_CONTROLS: Final = 500
DEFAULT_INDEX_FLAG: Final = "{{idx}}"
_CHOICE_MODES: Final = frozenset({"single", "single-radio", "multiple"})


def parse_label_config(xml: str, *, tags: TagRegistry = CORE_TAGS) -> LabelConfig:
    """Read a label config and hold it against every rule.

    Args:
        xml: the text, at most 256 KB.
        tags: the tags that this organization knows: the core's and those of its enabled plugins.

    Raises:
        InvalidLabelConfigError: with every fault found (at most 100).
    """
    return _Parser(tags).parse(xml)


class _Parser:
    """One run over one tree; collects issues instead of stopping at the first."""

    def __init__(self, tags: TagRegistry) -> None:
        self.tags = tags
        self.issues: list[ConfigIssue] = []
        self.names: dict[str, Node] = {}
        self.objects: dict[str, ObjectTag] = {}
        self.controls: dict[str, Control] = {}
        self.variables: list[DataVariable] = []
        self.relation_labels: tuple[str, ...] = ()
        self.filters: list[Node] = []
        self.only_views = True

    def parse(self, xml: str) -> LabelConfig:
        root = read_tree(xml)
        if root.tag != "View":
            self.issues.append(root.issue("root_not_view", f"The root tag must be View, not {root.tag[:64]}"))
        self._walk(root, ())
        if self.only_views:
            self.issues.append(root.issue("empty_view", "View holds no tags: add an object and a control"))
        if len(self.controls) > MAX_CONTROLS:
            self.issues.append(root.issue("too_many_controls", f"The config has more than {MAX_CONTROLS} controls"))
        self.issues.extend(reference_issues(self.objects, self.controls, self.names, self.filters, self.tags))
        if self.issues:
            raise InvalidLabelConfigError(tuple(self.issues[:MAX_ISSUES]))
        return LabelConfig(
            xml=xml,
            objects=MappingProxyType(self.objects),
            controls=MappingProxyType(self.controls),
            variables=tuple(self.variables),
            relation_labels=self.relation_labels,
        )

    def _walk(self, node: Node, flags: tuple[str, ...]) -> None:
        if len(self.issues) >= MAX_ISSUES:
            return
        spec = self.tags.get(node.tag)
        self.only_views = self.only_views and node.tag == "View"
        self.issues.extend(script_issues(node, allows_script=spec is not None and spec.allows_script))
        if spec is None:
            self._add_unknown_tag(node)
        else:
            self._read_tag(node, spec, flags)
        if node.tag == "Repeater":
            flags = (*flags, node.attributes.get("indexFlag") or DEFAULT_INDEX_FLAG)
        for child in node.children:
            self._walk(child, flags)

    def _add_unknown_tag(self, node: Node) -> None:
        hint = self.tags.suggestion(node.tag)
        message = f"Unknown tag {node.tag[:64]}" + (f"; did you mean {hint}?" if hint else "")
        self.issues.append(node.issue("unknown_tag", message))

    def _read_tag(self, node: Node, spec: TagSpec, flags: tuple[str, ...]) -> None:
        name = self._checked_name(node, spec, flags)
        self._read_variables(node, spec, flags, name)
        match spec.kind:
            case TagKind.OBJECT if name:
                self.objects[name] = ObjectTag(
                    name=name,
                    spec=spec,
                    value=next((node.attributes[a] for a in spec.value_attributes if node.attributes.get(a)), ""),
                    attributes=MappingProxyType(dict(node.attributes)),
                    to_name=_names_in(node.attributes.get("toName", "")),
                    columns=collect_columns(node),
                    index_flags=flags,
                    line=node.line,
                )
            case TagKind.CONTROL:
                self._read_control(node, spec, flags, name)
            case TagKind.CHILD:
                self._check_parent(node, spec)
            case TagKind.VISUAL if node.tag == "Filter":
                self.filters.append(node)

    def _checked_name(self, node: Node, spec: TagSpec, flags: tuple[str, ...]) -> str | None:
        """The tag's name, registered as taken; None where it has none or a bad one. Names of children are their own."""
        name = node.attributes.get("name")
        if spec.kind is TagKind.CHILD:
            return name
        if not name:
            if spec.name_required:
                self.issues.append(node.issue("missing_name", f"{node.tag} needs the attribute 'name'"))
            return None
        if problem := _name_problem(name, flags if spec.kind is not TagKind.VISUAL else ()):
            self.issues.append(node.issue("bad_name", f"{node.tag} name {name[:64]!r} {problem}"))
            return None
        if (first := self.names.setdefault(name, node)) is not node:
            message = f"The name '{name}' of {node.tag} is already taken by {first.tag} at line {first.line}"
            self.issues.append(node.issue("duplicate_name", message))
            return None
        return name

    def _read_variables(self, node: Node, spec: TagSpec, flags: tuple[str, ...], name: str | None) -> None:
        values = [node.attributes[a] for a in spec.value_attributes if node.attributes.get(a, "").strip()]
        if spec.value_required and not values:
            expected = " or ".join(f"'{attribute}'" for attribute in spec.value_attributes)
            self.issues.append(node.issue("missing_value", f"{node.tag} needs the attribute {expected}"))
        if spec.kind is TagKind.CHILD:
            return
        types = ("list",) if node.attributes.get("valueList") else spec.data_types
        required = name is not None or spec.value_required
        for value in values:
            try:
                found = variables_of(value, types=types, tag=node.tag, name=name, required=required, index_flags=flags)
            except MalformedVariableError as error:
                self.issues.append(node.issue("bad_variable", f"{node.tag}: {error}"))
            else:
                self.variables.extend(found)

    def _read_control(self, node: Node, spec: TagSpec, flags: tuple[str, ...], name: str | None) -> None:
        dynamic = has_variable(node.attributes.get("value", "")) or bool(node.attributes.get("apiUrl"))
        taxonomy = self._taxonomy(node, spec)
        labels = collect_labels(node, spec, self.tags, self.issues)
        if spec.name == "Relations":
            self.relation_labels = tuple(label.value for label in labels)
        if spec.labels_required and not (labels or dynamic or "taxonomy" in node.attributes):
            message = f'{node.tag} has no {spec.label_tag} and neither value="$field" nor a taxonomy that supplies them'
            self.issues.append(node.issue("no_labels", message))
        to_name = self._to_names(node, spec)
        self._check_attributes(node)
        if name is None:
            return
        attributes = MappingProxyType(dict(node.attributes))
        self.controls[name] = Control(
            name=name,
            spec=spec,
            to_name=to_name,
            attributes=attributes,
            labels=labels,
            multiple=not spec.single_by_default or attributes.get("choice") == "multiple",
            required=_is_true(attributes.get("required")),
            per_region=_is_true(attributes.get("perRegion")),
            dynamic=dynamic and spec.label_tag is not None,
            taxonomy=taxonomy,
            visibility=_visibility(node),
            buckets=collect_buckets(node, self.issues),
            index_flags=flags,
            line=node.line,
        )

    def _to_names(self, node: Node, spec: TagSpec) -> tuple[str, ...]:
        names = _names_in(node.attributes.get("toName", ""))
        least, most = spec.to_names
        if not names and least:
            hint = next((a for a in node.attributes if a.lower() == "toname"), None)
            message = f"{node.tag} needs the attribute 'toName'" + (f" (found '{hint}')" if hint else "")
            self.issues.append(node.issue("missing_to_name", message))
        elif not least <= len(names) <= most:
            message = f'{node.tag} must point to {least} objects, not {len(names)}: toName="a,b"'
            self.issues.append(node.issue("bad_to_name", message))
        return names

    def _taxonomy(self, node: Node, spec: TagSpec) -> TaxonomyRef | None:
        written = node.attributes.get("taxonomy")
        if written is None:
            return None
        if spec.label_tag is None:
            self.issues.append(node.issue("bad_taxonomy", f"{node.tag} has no labels that a taxonomy could supply"))
        try:
            return TaxonomyRef.parse(written)
        except ValueError:
            message = f"{node.tag}: taxonomy {written[:64]!r} must look like 'plugin:vocabulary@version'"
            self.issues.append(node.issue("bad_taxonomy", message))
            return None

    def _check_attributes(self, node: Node) -> None:
        choice = node.attributes.get("choice")
        if choice is not None and choice not in _CHOICE_MODES:
            message = f"{node.tag}: choice must be one of {', '.join(sorted(_CHOICE_MODES))}, not {choice[:64]!r}"
            self.issues.append(node.issue("bad_attribute", message))
        for attribute in {"Number": ("min", "max"), "Rating": ("maxRating",)}.get(node.tag, ()):
            written = node.attributes.get(attribute)
            if written is not None and not _is_number(written):
                message = f"{node.tag}: {attribute} must be a number, not {written[:64]!r}"
                self.issues.append(node.issue("bad_attribute", message))

    def _check_parent(self, node: Node, spec: TagSpec) -> None:
        if node.tag == "Channel" and not node.attributes.get("column", "").strip():
            self.issues.append(node.issue("missing_attribute", "Channel needs the attribute 'column'"))
        parent = node.parent
        while parent is not None and (known := self.tags.get(parent.tag)) and known.kind is TagKind.VISUAL:
            if parent.tag in spec.parents:
                return
            parent = parent.parent
        holder = self.tags.get(parent.tag) if parent else None
        if holder is not None and (holder.name in spec.parents or holder.label_tag == spec.name):
            return
        if holder is not None or parent is None:  # an unknown parent has an issue of its own
            holders = spec.parents or {t.name for t in self.tags.values() if t.label_tag == spec.name}
            expected = " or ".join(sorted(holders)[:5])
            self.issues.append(node.issue("misplaced_tag", f"{node.tag} must stand inside {expected}"))


def _names_in(to_name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name.strip() for name in to_name.split(",") if name.strip()))


def _name_problem(name: str, flags: Iterable[str]) -> str | None:
    if len(name) > MAX_NAME_LENGTH:
        return f"is longer than {MAX_NAME_LENGTH} characters"
    if name != name.strip() or has_control_character(name) or "," in name:
        return "must not hold a comma or a control character, nor begin or end with a space"
    missing = [flag for flag in flags if flag not in name]
    return f"must hold {missing[0]}, because a Repeater copies the tag" if missing else None


def _visibility(node: Node) -> tuple[Visibility, ...]:
    conditions = []
    place: Node | None = node
    while place is not None:
        attributes = place.attributes
        condition = Visibility(
            visible_when=attributes.get("visibleWhen"),
            tag_names=_names_in(attributes.get("whenTagName", "")),
            values=_names_in(attributes.get("whenLabelValue") or attributes.get("whenChoiceValue") or ""),
        )
        if condition != Visibility():
            conditions.append(condition)
        place = place.parent
    return tuple(conditions)


def _is_true(written: str | None) -> bool:
    return written is not None and written.strip().lower() in {"true", "1", "yes"}


def _is_number(written: str) -> bool:
    return re.fullmatch(r"-?\d{1,18}(\.\d{1,18})?", written.strip(), re.ASCII) is not None
