"""Hostile XML in, a small tree out: limits are enforced while reading, so that nothing large is ever built."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from platform_core.projects.label_config.errors import ConfigIssue, InvalidLabelConfigError

MAX_BYTES: Final = 256 * 1024
MAX_DEPTH: Final = 64
MAX_NODES: Final = 10_000
MAX_ATTRIBUTES: Final = 64
_CONTROL_CHARACTERS: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def has_control_character(text: str) -> bool:
    """True where a label or name holds tabs, line breaks and the like; joiners inside words and emoji are letters."""
    return any(ord(character) < 32 or 127 <= ord(character) < 160 for character in text)


@dataclass(slots=True, eq=False)
class Node:
    """One element. Built by `read_tree`, read-only for everybody else.

    Attributes:
        path: `View/Choices[2]`, the number counting siblings of one name from 1.
        text: the character data directly inside, unstripped.
    """

    tag: str
    attributes: Mapping[str, str]
    line: int
    path: str
    parent: "Node | None" = None
    children: list["Node"] = field(default_factory=list)
    text: str = ""

    def issue(self, code: str, message: str) -> ConfigIssue:
        """An issue that points here."""
        return ConfigIssue(
            code=code, message=message, path=self.path, line=self.line, tag=self.tag, name=self.attributes.get("name")
        )


class _Refusal(Exception):  # noqa: N818 - never leaves this module
    def __init__(self, code: str, message: str, line: int = 0) -> None:
        self.issue = ConfigIssue(code=code, message=message, line=line)
        super().__init__(message)


class _Builder:
    """Target of the parser: builds nodes and refuses what a label config never holds."""

    def __init__(self) -> None:
        self.parser: Any = None
        self.root: Node | None = None
        self._stack: list[Node] = []
        self._counts: list[dict[str, int]] = [{}]
        self._nodes = 0

    @property
    def line(self) -> int:
        return int(self.parser.parser.CurrentLineNumber)

    def start_ns(self, prefix: str, uri: str) -> None:  # noqa: ARG002 - the signature is the parser's
        raise _Refusal("namespace", "XML namespaces are not part of a label config", self.line)

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise _Refusal("too_many_tags", f"The label config has more than {MAX_NODES} tags", self.line)
        if len(self._stack) >= MAX_DEPTH:
            raise _Refusal("too_deep", f"Tags are nested more than {MAX_DEPTH} deep", self.line)
        if len(attributes) > MAX_ATTRIBUTES:
            raise _Refusal("too_many_attributes", f"A tag has more than {MAX_ATTRIBUTES} attributes", self.line)
        parent = self._stack[-1] if self._stack else None
        counts = self._counts[-1]
        counts[tag] = counts.get(tag, 0) + 1
        path = f"{parent.path}/{tag}[{counts[tag]}]" if parent else tag
        node = Node(tag, dict(attributes), self.line, path, parent)
        if parent:
            parent.children.append(node)
        else:
            self.root = node
        self._stack.append(node)
        self._counts.append({})

    def end(self, tag: str) -> None:  # noqa: ARG002 - the signature is the parser's
        self._stack.pop()
        self._counts.pop()

    def data(self, text: str) -> None:
        if self._stack:
            self._stack[-1].text += text

    def pi(self, target: str, data: str | None = None) -> None:  # noqa: ARG002 - the signature is the parser's
        raise _Refusal("processing_instruction", "Processing instructions are not allowed in a label config", self.line)

    def close(self) -> Node | None:
        return self.root


def read_tree(xml: object) -> Node:
    """The root element of a label config.

    Raises:
        InvalidLabelConfigError: with exactly one issue: not text, too large, too deep, too many tags, not well-formed,
            or it holds a DTD, an entity, a processing instruction or a namespace.
    """
    try:
        return _read(_checked_text(xml))
    except _Refusal as refusal:
        raise InvalidLabelConfigError((refusal.issue,)) from None


def _checked_text(xml: object) -> str:
    if not isinstance(xml, str):
        raise _Refusal("not_text", "The label config must be a string of XML")
    if not xml.strip():
        raise _Refusal("empty", "The label config is empty")
    try:
        size = len(xml) if len(xml) > MAX_BYTES else len(xml.encode())
    except UnicodeEncodeError:
        raise _Refusal("not_well_formed", "The label config has characters that are not valid Unicode") from None
    if size > MAX_BYTES:
        raise _Refusal("too_large", f"The label config is larger than {MAX_BYTES // 1024} KB")
    if found := _CONTROL_CHARACTERS.search(xml):
        line = xml.count("\n", 0, found.start()) + 1
        raise _Refusal("not_well_formed", f"The label config has a control character at line {line}", line)
    return xml


def _read(xml: str) -> Node:
    builder = _Builder()
    parser = DefusedXMLParser(target=builder, forbid_dtd=True)
    builder.parser = parser
    try:
        parser.feed(xml)
        root = parser.close()
    except DefusedXmlException:
        raise _Refusal("dtd", "DTDs and entities are not allowed in a label config", builder.line) from None
    except ParseError as error:
        raise _Refusal(
            "not_well_formed", f"The label config is not well-formed XML: {error}", error.position[0]
        ) from None
    if not isinstance(root, Node):
        raise _Refusal("not_well_formed", "The label config has no root tag")
    return root
