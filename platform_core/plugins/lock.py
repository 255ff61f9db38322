"""The lock file: which plugins every process of this installation loads. Free of Django, because settings read it.

Only `platform_core.plugins.preflight.lock_plugins` writes it. Everything else reads, so that all processes of one
installation agree and none of them imports a plugin that was not seen to import in a process of its own.
"""

import fcntl
import hashlib
import json
import logging
import os
import platform
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal

from platform_core.plugins.discovery import Candidate, find_package_dir
from platform_core.plugins.errors import LockFileError
from platform_core.plugins.hookspecs import HOOK_LEVEL
from platform_core.plugins.manifest import Manifest

LOCK_NAME = "plugins.lock.json"
FORMAT = 1

logger = logging.getLogger(__name__)

Verdict = Literal["accepted", "quarantined"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedPlugin:
    """One plugin of the lock.

    Attributes:
        slug: name of the plugin.
        verdict: `quarantined` plugins are never imported.
        reason: why it is quarantined; None when accepted.
        entry_point: `package.module:attribute`.
        distribution: name of the installed distribution.
        version: version of the installed distribution.
        package: top-level package.
        has_app: the package is a Django app.
        tables: its tables, sorted.
        depth: 0 without dependencies, else one more than the deepest dependency.
        editable: installed in place; `digest` then covers names, sizes and times, not contents.
        digest: of the package's files.
        manifest: None when it is missing or wrong.
    """

    slug: str
    verdict: Verdict
    reason: str | None
    entry_point: str
    distribution: str
    version: str
    package: str
    has_app: bool
    tables: tuple[str, ...]
    depth: int
    editable: bool
    digest: str
    manifest: Manifest | None

    @property
    def accepted(self) -> bool:
        """Whether the plugin is loaded."""
        return self.verdict == "accepted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """All plugins found, in load order: dependency depth, then slug; quarantined ones last."""

    environment: Mapping[str, str | int]
    plugins: tuple[LockedPlugin, ...] = ()

    @property
    def accepted(self) -> tuple[LockedPlugin, ...]:
        """The plugins to load, in order."""
        return tuple(plugin for plugin in self.plugins if plugin.accepted)

    @property
    def quarantined(self) -> tuple[LockedPlugin, ...]:
        """The rejected plugins."""
        return tuple(plugin for plugin in self.plugins if not plugin.accepted)


def lock_path(data_dir: Path) -> Path:
    """Return where the lock of an installation lies."""
    return data_dir / LOCK_NAME


def current_environment(deny: str = "") -> dict[str, str | int]:
    """Return what a verdict depends on besides the plugins themselves.

    Args:
        deny: digest of the operator's deny list; empty without one.
    """
    try:
        core = version("tenon")
    except PackageNotFoundError:
        core = "source"
    facts: dict[str, str | int] = {
        "core": core,
        "hook_level": HOOK_LEVEL,
        "python": ".".join(platform.python_version_tuple()[:2]),
    }
    return {**facts, "deny": deny} if deny else facts


def read_lock(data_dir: Path) -> Lock:
    """Return the lock; a missing one is empty.

    Raises:
        LockFileError: the file is damaged or of another format; `tenon plugins lock` writes a new one.
    """
    path = lock_path(data_dir)
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Lock(environment={})
    except (OSError, ValueError) as error:
        raise LockFileError(f"{path}: cannot be read ({error}); run `tenon plugins lock`") from error
    try:
        if document["format"] != FORMAT:
            raise LockFileError(f"{path}: format {document['format']!r} is unknown; run `tenon plugins lock`")
        return Lock(
            environment=document["environment"], plugins=tuple(_locked_plugin(item) for item in document["plugins"])
        )
    except (KeyError, TypeError) as error:
        raise LockFileError(f"{path}: has an unexpected shape ({error!r}); run `tenon plugins lock`") from error


def _locked_plugin(item: Mapping[str, Any]) -> LockedPlugin:
    manifest = Manifest.from_json(item["manifest"]) if item["manifest"] is not None else None
    return LockedPlugin(**{**item, "tables": tuple(item["tables"]), "manifest": manifest})


def write_lock(data_dir: Path, lock: Lock) -> Path:
    """Replace the lock in one step, so that a reader sees the old one or the new one. Hold `exclusive` meanwhile."""
    path = lock_path(data_dir)
    document = {
        "format": FORMAT,
        "environment": dict(lock.environment),
        "plugins": [asdict(plugin) for plugin in lock.plugins],
    }
    handle, name = tempfile.mkstemp(dir=data_dir, prefix=f".{LOCK_NAME}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            json.dump(document, stream, indent=2, sort_keys=True)
            stream.write("\n")
            stream.flush()
            os.fsync(stream.fileno())
        temporary.chmod(0o644)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return path


@contextmanager
def exclusive(data_dir: Path) -> Iterator[None]:
    """Let one process at a time check plugins and write the lock; others wait."""
    data_dir.mkdir(parents=True, exist_ok=True)
    with (data_dir / f".{LOCK_NAME}.guard").open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def installed_plugin_apps(data_dir: Path) -> list[str]:
    """Return the Django app modules of the accepted plugins, in dependency order; a missing lock means none.

    A plugin whose package has gone since the lock was written is left out, with everything that depends on it, so that
    the platform starts. A damaged lock means no plugins and is logged.
    """
    try:
        lock = read_lock(data_dir)
    except LockFileError:
        logger.exception("No plugin is loaded")
        return []
    return [plugin.package for plugin in present_plugins(lock) if plugin.has_app]


def present_plugins(lock: Lock) -> list[LockedPlugin]:
    """Return the accepted plugins whose package, and whose dependencies' packages, can still be found."""
    present: dict[str, LockedPlugin] = {}
    for plugin in lock.accepted:
        depends = plugin.manifest.depends if plugin.manifest is not None else ()
        if all(slug in present for slug in depends) and find_package_dir(plugin.package) is not None:
            present[plugin.slug] = plugin
        else:
            logger.error("Plugin %s is locked but it or a dependency is gone; run `tenon plugins lock`", plugin.slug)
    return list(present.values())


def digest_package(candidate: Candidate) -> str:
    """Return a digest of the package's files: contents, or for an editable one names, sizes and times."""
    digest = hashlib.sha256()
    root = candidate.package_dir
    if root is None:
        return "absent"
    for path in sorted(_package_files(root)):
        digest.update(f"{path.relative_to(root).as_posix()}\0".encode())
        if candidate.editable:
            status = path.stat()
            digest.update(f"{status.st_size}\0{status.st_mtime_ns}\0".encode())
        else:
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return f"{'stat' if candidate.editable else 'sha256'}:{digest.hexdigest()}"


def _package_files(root: Path) -> Iterator[Path]:
    for path in root.rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            yield path


def lock_is_current(lock: Lock, candidates: Iterable[Candidate], *, deny: str = "") -> bool:
    """Say whether checking the candidates again would find the same facts that the lock was made from."""
    if dict(lock.environment) != current_environment(deny):
        return False
    locked = {
        (plugin.slug, plugin.entry_point, plugin.distribution, plugin.version, plugin.editable, plugin.digest)
        for plugin in lock.plugins
    }
    found = {
        (item.slug, item.entry_point, item.distribution, item.version, item.editable, digest_package(item))
        for item in candidates
    }
    return locked == found
