"""Finding plugins by entry point without importing them. Free of Django."""

import importlib.util
import json
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import Distribution, EntryPoint, distributions
from pathlib import Path

from platform_core.plugins.errors import ManifestError
from platform_core.plugins.manifest import MANIFEST_NAME, Manifest, load_manifest

ENTRY_POINT_GROUP = "tenon.plugins"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An entry point that claims to be a plugin.

    Attributes:
        slug: the entry point's name; equal to the manifest's slug when there is no error.
        entry_point: `package.module:attribute`.
        distribution: name of the installed distribution.
        version: version of the installed distribution.
        package: top-level package.
        package_dir: folder of the package; None when it cannot be found.
        editable: installed in place, so its files may change at any time.
        manifest: None when it is missing or wrong.
        error: why this cannot be a plugin; None when it may be.
    """

    slug: str
    entry_point: str
    distribution: str
    version: str
    package: str
    package_dir: Path | None
    editable: bool
    manifest: Manifest | None
    error: str | None


def discover(installed: Iterable[Distribution] | None = None) -> list[Candidate]:
    """Return every candidate, sorted by slug and distribution.

    Args:
        installed: distributions to look at; None means those on `sys.path`.
    """
    found: dict[tuple[str, str, str], Candidate] = {}
    for distribution in distributions() if installed is None else installed:
        for entry_point in distribution.entry_points:
            if entry_point.group == ENTRY_POINT_GROUP:
                candidate = _candidate(entry_point, distribution)
                # A distribution seen twice on sys.path counts once; the first one is the one that gets imported.
                found.setdefault((candidate.slug, candidate.distribution, candidate.entry_point), candidate)
    return [found[key] for key in sorted(found)]


def _candidate(entry_point: EntryPoint, distribution: Distribution) -> Candidate:
    package = entry_point.value.partition(":")[0].partition(".")[0].strip()
    package_dir = find_package_dir(package)
    editable = _is_editable(distribution)
    manifest, error = None, None
    if package_dir is None:
        error = f"package {package!r} of entry point {entry_point.value!r} is not installed; reinstall the distribution"
    else:
        try:
            manifest = load_manifest(package_dir / MANIFEST_NAME)
            error = _mismatch(manifest, entry_point, distribution, editable=editable)
        except ManifestError as problem:
            error = str(problem)
    return Candidate(
        slug=entry_point.name,
        entry_point=entry_point.value,
        distribution=distribution.metadata["Name"],
        version=distribution.version,
        package=package,
        package_dir=package_dir,
        editable=editable,
        manifest=manifest,
        error=error,
    )


def find_package_dir(package: str) -> Path | None:
    """Return the folder of a top-level package without importing it, or None."""
    try:
        spec = importlib.util.find_spec(package)
    except (ImportError, ValueError):
        return None
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(next(iter(spec.submodule_search_locations)))


def _mismatch(manifest: Manifest, entry_point: EntryPoint, distribution: Distribution, *, editable: bool) -> str | None:
    if not entry_point.attr:
        return f"entry point {entry_point.value!r} must name an object: package.module:attribute"
    if manifest.slug != entry_point.name:
        return f"entry point {entry_point.name!r} and slug {manifest.slug!r} of {MANIFEST_NAME} must be equal"
    # An editable distribution keeps the version of its last installation.
    if not editable and manifest.version != distribution.version:
        return (
            f"version {manifest.version!r} of {MANIFEST_NAME} differs from {distribution.version!r} of distribution "
            f"{distribution.metadata['Name']!r}; make them equal and reinstall"
        )
    return None


def _is_editable(distribution: Distribution) -> bool:
    text = distribution.read_text("direct_url.json")
    if not text:
        return False
    try:
        return bool(json.loads(text).get("dir_info", {}).get("editable", False))
    except (ValueError, AttributeError):
        return False
