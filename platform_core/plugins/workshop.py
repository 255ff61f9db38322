"""A data folder in which one installed plugin counts as accepted, for the tools of its author. Free of Django.

The lock refuses a plugin whose models differ from its migrations, and a refused plugin is not among Django's apps, so
nothing could write the migration. Here the author's plugin and what it depends on are taken as they are.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from platform_core.plugins import lock as lock_file
from platform_core.plugins.discovery import Candidate, discover
from platform_core.plugins.lock import Lock, LockedPlugin
from platform_core.plugins.ordering import closure, depths
from platform_core.plugins.preflight import has_app


class WorkshopError(ValueError):
    """The plugin cannot be worked on. The message says why and what to do."""


@contextmanager
def workshop(slug: str) -> Iterator[Path]:
    """Give a temporary data folder whose lock holds this plugin and its dependencies, unchecked.

    Raises:
        WorkshopError: it is not installed, or its manifest is wrong, or a dependency is missing.
    """
    candidates = {item.slug: item for item in discover()}
    depends = {name: item.manifest.depends if item.manifest else () for name, item in candidates.items()}
    if slug not in candidates:
        known = ", ".join(sorted(candidates)) or "none"
        raise WorkshopError(f"No plugin {slug!r} is installed here ({known}): run pip install -e in its folder first")
    wanted = closure(slug, depends) | {slug}
    for name in sorted(wanted):
        if name not in candidates:
            raise WorkshopError(f"{slug!r} depends on {name!r}, which is not installed")
        if candidates[name].error is not None:
            raise WorkshopError(f"{name!r}: {candidates[name].error}")
    order, _cycles = depths({name: depends[name] for name in wanted})
    plugins = [
        _accepted(candidates[name], order[name]) for name in sorted(wanted, key=lambda name: (order[name], name))
    ]
    with tempfile.TemporaryDirectory(prefix="tenon-workshop-") as folder:
        lock_file.write_lock(Path(folder), Lock(environment={}, plugins=tuple(plugins)))
        yield Path(folder)


def _accepted(candidate: Candidate, depth: int) -> LockedPlugin:
    return LockedPlugin(
        slug=candidate.slug,
        verdict="accepted",
        reason=None,
        entry_point=candidate.entry_point,
        distribution=candidate.distribution,
        version=candidate.version,
        package=candidate.package,
        has_app=has_app(candidate),
        tables=(),
        depth=depth,
        editable=candidate.editable,
        digest="unchecked",
        manifest=candidate.manifest,
    )
