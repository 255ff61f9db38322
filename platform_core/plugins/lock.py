"""The lock file: which plugins every process of this installation loads. Free of Django, because settings read it."""

from pathlib import Path


def installed_plugin_apps(data_dir: Path) -> list[str]:
    """Return the Django app modules of the accepted plugins, in dependency order; a missing lock means none."""
    return []
