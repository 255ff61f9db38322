"""Plugins that the operator does not let in, by version, with the reason: `plugins.deny.toml` in the data folder.

    [[deny]]
    slug = "orders"
    versions = ">=1.0,<1.2.3"     # without it every version
    reason = "Loses stock when two people order at once."

Free of Django: the lock reads it.
"""

import hashlib
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from platform_core.plugins.errors import PluginsRejectedError
from platform_core.plugins.manifest import SLUG_PATTERN, VERSION_PATTERN

DENY_NAME: Final = "plugins.deny.toml"
_BOUND: Final = re.compile(r"\s*(?P<operator><=|>=|==|<|>)\s*(?P<version>[0-9A-Za-z.!+]+)\s*")
_PARTS: Final = re.compile(
    r"(?:(?P<epoch>\d+)!)?(?P<release>\d+(?:\.\d+)*)(?:(?P<stage>a|b|rc)(?P<number>\d+))?"
    r"(?:\.post(?P<post>\d+))?(?:\.dev(?P<dev>\d+))?"
)
_STAGES: Final = {"a": 0, "b": 1, "rc": 2, None: 3}


class DenyListError(PluginsRejectedError):
    """The deny list cannot be read; nothing is let in by a list that nobody understands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Denial:
    """One entry.

    Attributes:
        bounds: (operator, version), all of which hold for what is denied; none means every version.
    """

    slug: str
    bounds: tuple[tuple[str, str], ...]
    reason: str

    def covers(self, version: str) -> bool:
        """Say whether a version is denied; one that is no version is."""
        if not VERSION_PATTERN.fullmatch(version):
            return True
        key = version_key(version)
        return all(_holds(operator, key, version_key(bound)) for operator, bound in self.bounds)


@dataclass(frozen=True, slots=True, kw_only=True)
class DenyList:
    """All entries, and a digest by which the lock notices a change; empty without a file."""

    denials: tuple[Denial, ...] = ()
    digest: str = ""

    def reason(self, slug: str, version: str) -> str | None:
        """Return why a plugin is not let in, or None."""
        for denial in self.denials:
            if denial.slug == slug and denial.covers(version):
                return f"version {version} is denied by the operator: {denial.reason}"
        return None


def read_deny_list(data_dir: Path) -> DenyList:
    """Return the deny list of an installation.

    Raises:
        DenyListError: it cannot be read; the message names file, entry and key.
    """
    path = data_dir / DENY_NAME
    try:
        content = path.read_bytes()
        table = tomllib.loads(content.decode())
    except FileNotFoundError:
        return DenyList()
    except (OSError, ValueError) as error:
        raise DenyListError(f"{path}: cannot be read as TOML ({error})") from error
    entries = table.get("deny", [])
    if set(table) - {"deny"} or not isinstance(entries, list) or not all(isinstance(item, dict) for item in entries):
        raise DenyListError(f"{path}: give tables: [[deny]] with slug, versions and reason")
    denials = tuple(_denial(path, index, item) for index, item in enumerate(entries))
    return DenyList(denials=denials, digest=hashlib.sha256(content).hexdigest())


def _denial(path: Path, index: int, item: dict[str, Any]) -> Denial:
    def refuse(key: str, text: str) -> DenyListError:
        return DenyListError(f"{path}: deny[{index}].{key}: {text}")

    extra = sorted(set(item) - {"slug", "versions", "reason"})
    if extra:
        raise refuse(extra[0], "unknown key; known are slug, versions, reason")
    slug, versions, reason = item.get("slug"), item.get("versions", ""), item.get("reason")
    if not isinstance(slug, str) or not SLUG_PATTERN.fullmatch(slug):
        raise refuse("slug", "give the slug of a plugin")
    if not isinstance(reason, str) or not reason.strip():
        raise refuse("reason", "say why; admins read it")
    if not isinstance(versions, str):
        raise refuse("versions", 'give a text, as ">=1.0,<1.2.3"')
    bounds = []
    for part in versions.split(",") if versions.strip() else ():
        match = _BOUND.fullmatch(part)
        if match is None or not VERSION_PATTERN.fullmatch(match["version"]):
            raise refuse("versions", f"{part.strip()[:60]!r} is no bound; write < <= == >= or > and a version")
        bounds.append((match["operator"], match["version"]))
    return Denial(slug=slug, bounds=tuple(bounds), reason=reason.strip())


def version_key(version: str) -> tuple[Any, ...]:
    """Return what orders canonical versions as PEP 440 does; local parts are left out."""
    match = _PARTS.match(version)
    assert match is not None, "checked before"
    release = [int(part) for part in match["release"].split(".")]
    while len(release) > 1 and release[-1] == 0:
        release.pop()
    dev = int(match["dev"]) if match["dev"] is not None else None
    stage = -1 if dev is not None and match["stage"] is None and match["post"] is None else _STAGES[match["stage"]]
    return (
        int(match["epoch"] or 0),
        tuple(release),
        stage,
        int(match["number"] or 0),
        int(match["post"]) if match["post"] is not None else -1,
        float("inf") if dev is None else dev,
    )


def _holds(operator: str, version: tuple[Any, ...], bound: tuple[Any, ...]) -> bool:
    return {
        "<": version < bound,
        "<=": version <= bound,
        "==": version == bound,
        ">=": version >= bound,
        ">": version > bound,
    }[operator]
