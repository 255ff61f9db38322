"""Rules about what is shipped: manifest, entry point, requirements, papers. Free of Django."""

import json
import re
from collections.abc import Iterator
from typing import Any

from platform_core.conformance.subject import Subject
from platform_core.plugins.manifest import MANIFEST_NAME

CORE = "tenon"
REQUIREMENT = re.compile(r"\s*(?P<name>[A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*\(?(?P<versions>[^;)]*)")
UPPER = ("<", "==", "~=")


def manifest_is_valid(subject: Subject) -> Iterator[tuple[str, str]]:
    """TP101."""
    if subject.manifest_problem is not None:
        yield MANIFEST_NAME, subject.manifest_problem
    for source in subject.sources:
        if source.problem is not None:
            yield source.path, f"cannot be parsed: {source.problem}"


def names_agree(subject: Subject) -> Iterator[tuple[str, str]]:
    """TP102."""
    manifest = subject.manifest
    if manifest is None:
        return
    if subject.name != manifest.slug:
        yield "pyproject.toml", f"entry point {subject.name!r} and slug {manifest.slug!r} must be equal"
    if not re.fullmatch(r"[\w.]+:\w+", subject.entry_point):
        yield "pyproject.toml", f"entry point {subject.entry_point!r} must name an object: package.module:attribute"
    version = subject.project.get("version")
    if version is not None and version != manifest.version:
        yield MANIFEST_NAME, f"version {manifest.version!r} differs from {version!r} of pyproject.toml"


def core_has_no_upper_pin(subject: Subject) -> Iterator[tuple[str, str]]:
    """TP103."""
    found = False
    for text in subject.project.get("dependencies", ()):
        match = REQUIREMENT.match(str(text))
        if match is None or re.sub(r"[-_.]+", "-", match["name"]).lower() != CORE:
            continue
        found = True
        pins = [part.strip() for part in match["versions"].split(",") if part.strip().startswith(UPPER)]
        if pins:
            yield "pyproject.toml", f"{text!r} pins the core from above by {', '.join(pins)}"
    if not found and "dependencies" not in subject.project.get("dynamic", ()):
        yield "pyproject.toml", f"the dependencies do not name {CORE!r}"


def types_are_shipped(subject: Subject) -> Iterator[tuple[str, str]]:
    """TP104."""
    if not (subject.package_dir / "py.typed").is_file():
        yield f"{subject.package_dir.relative_to(subject.root).as_posix()}/py.typed", "the marker of types is missing"


def readme_explains(subject: Subject) -> Iterator[tuple[str, str]]:
    """TP105."""
    try:
        text = (subject.root / "README.md").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        yield "README.md", "there is none that can be read"
        return
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines or not lines[0].startswith("# ") or len(lines) < 3:
        yield "README.md", "it has no title with at least two lines about the plugin below it"
    manifest = subject.manifest
    for request in manifest.permissions if manifest is not None else ():
        if len(request.reason) < 10:
            yield MANIFEST_NAME, f"permission {request.codename!r} has no reason that an admin could judge"


def settings_are_described(subject: Subject) -> Iterator[tuple[str, str]]:
    """TP106."""
    manifest = subject.manifest
    if manifest is None or manifest.settings_schema is None:
        return
    schema = json.loads((subject.package_dir / manifest.settings_schema).read_text(encoding="utf-8"))
    for path in _undescribed(schema, ""):
        yield manifest.settings_schema, f"setting {path!r} has neither description nor title"


def _undescribed(schema: dict[str, Any], path: str) -> Iterator[str]:
    for name, part in schema.get("properties", {}).items():
        here = f"{path}/{name}" if path else name
        if not isinstance(part, dict):
            continue
        if not (part.get("description") or part.get("title")):
            yield here
        yield from _undescribed(part, here)
