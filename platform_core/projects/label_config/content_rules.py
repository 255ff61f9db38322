"""Nothing in a label config may become a script in somebody's browser: attributes and text are checked as written.

The editor renders some attributes and texts as HTML and links, and the config is written by one member and shown to
others, so what a browser would execute is refused when it is stored (CVE-2024-26152 and its kin).
"""

import html
import re
from collections.abc import Iterator
from typing import Final

from platform_core.projects.label_config.errors import ConfigIssue
from platform_core.projects.label_config.tree import Node

_INVISIBLE: Final = re.compile(r"[\s\x00-\x20\x7f-\xa0\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff]+")
_STARTS_WITH_SCRIPT: Final = re.compile(
    r"(?:javascript|vbscript|livescript):|data:(?:text/html|image/svg\+xml|application/xhtml)", re.IGNORECASE
)
# Every repetition stops at the next angle bracket, so that the search stays linear on hostile text.
_MARKUP: Final = re.compile(
    r"</?(?:script|iframe|frame|object|embed|applet|base|meta|link|form|portal)\b"
    r"|<[^<>]*[\s/\"'](?:on[a-z]{3,}|srcdoc)\s*=",
    re.IGNORECASE,
)
_URL_IN_MARKUP: Final = re.compile(r"=[\"']?(?:javascript|vbscript|livescript):", re.IGNORECASE)
_HANDLER: Final = re.compile(
    r"on(?:abort|animation|before|blur|change|click|context|copy|cut|dblclick|drag|drop|error|"
    r"focus|hash|input|invalid|key|load|message|mouse|paste|pointer|popstate|reset|resize|"
    r"scroll|search|select|submit|toggle|touch|transition|unload|wheel)[a-z]*",
    re.IGNORECASE,
)
_STYLE: Final = re.compile(r"<|@import|expression\(|-moz-binding|behavior:|javascript:|vbscript:", re.IGNORECASE)


def script_issues(node: Node, *, allows_script: bool) -> Iterator[ConfigIssue]:
    """An `unsafe_content` issue for each attribute of the tag, and for its text, that a browser would execute."""
    for name, value in node.attributes.items():
        if _HANDLER.fullmatch(name):
            yield node.issue("unsafe_content", f"{node.tag}: the attribute '{name}' is an event handler")
        elif is_executable(value) or (name.lower() == "style" and _is_unsafe_style(value)):
            yield node.issue(
                "unsafe_content", f"{node.tag}: the attribute '{name}' holds content that runs as a script"
            )
    if not allows_script and is_executable(node.text):
        yield node.issue("unsafe_content", f"{node.tag}: the text holds content that runs as a script")
    if node.tag == "Style" and _is_unsafe_style(node.text):
        yield node.issue("unsafe_content", "Style: the text holds markup, an import or an expression")


def is_executable(text: str) -> bool:
    """True where a browser would run the text, as a link or as markup; entities and spaces do not hide it."""
    plain = html.unescape(html.unescape(text))
    squeezed = _INVISIBLE.sub("", plain)
    return bool(_STARTS_WITH_SCRIPT.match(squeezed) or _URL_IN_MARKUP.search(squeezed) or _MARKUP.search(plain))


def _is_unsafe_style(css: str) -> bool:
    # A comment splits words and a backslash escapes letters in CSS: both are taken out for the second look.
    first, *rest = css.split("/*")
    bare = first + "".join(part.partition("*/")[2] for part in rest)
    return any(_STYLE.search(text) for text in (_INVISIBLE.sub("", css), _INVISIBLE.sub("", bare).replace("\\", "")))
