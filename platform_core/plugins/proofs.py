"""What `tenon plugin prove` found about an installed plugin: kept beside the lock, and worth nothing once code changes.

Free of Django. A tier is computed by the kit or it is absent; nobody writes one by hand into a manifest.
"""

import json
from pathlib import Path
from typing import Final

from platform_core.plugins.errors import LockFileError
from platform_core.plugins.lock import LockedPlugin, read_lock

FOLDER: Final = "plugin-proofs"


def record_proof(data_dir: Path, plugin: LockedPlugin, *, tier: str | None) -> Path:
    """Keep the tier that was computed for the very files that the lock names; None takes an earlier one away."""
    path = _path(data_dir, plugin.slug)
    if tier is None:
        path.unlink(missing_ok=True)
        return path
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text(
        json.dumps({"slug": plugin.slug, "version": plugin.version, "digest": plugin.digest, "tier": tier}),
        encoding="utf-8",
    )
    part.replace(path)
    return path


def proven_tiers(data_dir: Path) -> dict[str, str]:
    """Return slug -> tier of the accepted plugins whose proof is of the installed files."""
    try:
        locked = read_lock(data_dir).accepted if (data_dir / FOLDER).is_dir() else ()
    except LockFileError:
        return {}
    found = {plugin.slug: _tier(data_dir, plugin) for plugin in locked}
    return {slug: tier for slug, tier in found.items() if tier is not None}


def _tier(data_dir: Path, plugin: LockedPlugin) -> str | None:
    try:
        proof = json.loads(_path(data_dir, plugin.slug).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    facts = (proof.get("version"), proof.get("digest")) if isinstance(proof, dict) else None
    return str(proof["tier"]) if facts == (plugin.version, plugin.digest) and proof.get("tier") else None


def _path(data_dir: Path, slug: str) -> Path:
    return data_dir / FOLDER / f"{slug}.json"
