"""The folder of everything that a quickstart keeps, and how to begin anew."""

import secrets
import shutil
from pathlib import Path

from platform_core.cli.boot import SECRET_KEY_NAME
from platform_core.embedded import cluster_home
from platform_core.embedded.lock import FileLock
from platform_core.embedded.postgres import EmbeddedPostgres
from platform_core.embedded.private_files import private_folder, write_private
from platform_core.quickstart.errors import QuickstartError

_MARKER = "tenon-data-folder"
_LOCK = "quickstart.lock"
# Another command of ours may have made the folder before the first quickstart.
_OURS = frozenset(
    {_MARKER, _LOCK, SECRET_KEY_NAME, cluster_home.FOLDER_NAME, cluster_home.POINTER_NAME, "redis", "plugins.lock.json"}
)


def open_data_dir(data_dir: Path) -> FileLock:
    """Make or check the folder and take it for this process; return the lock to release at the end.

    Raises:
        QuickstartError: it holds somebody else's files.
        EmbeddedServiceInUseError: another quickstart uses it.
    """
    private_folder(data_dir)
    _check_ours(data_dir)
    (data_dir / _MARKER).touch(mode=0o600)
    lock = FileLock(data_dir / _LOCK)
    lock.acquire(what=f"The data folder {data_dir}")
    return lock


def ensure_secret_key(data_dir: Path) -> str:
    """Return the installation's secret key, made at the first run and kept with mode 0600."""
    path = data_dir / SECRET_KEY_NAME
    if not path.is_file():
        write_private(path, secrets.token_urlsafe(64))
    return path.read_text(encoding="ascii").strip()


def wipe(data_dir: Path) -> None:
    """Delete the embedded database and everything in the folder, but the folder and its lock.

    Call while holding the lock of `open_data_dir`.

    Raises:
        EmbeddedServiceInUseError: something still runs the database.
    """
    EmbeddedPostgres(data_dir).destroy()
    for entry in data_dir.iterdir():
        if entry.name in {_MARKER, _LOCK}:
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def _check_ours(data_dir: Path) -> None:
    names = {entry.name for entry in data_dir.iterdir()}
    if names and not names & _OURS:
        raise QuickstartError(
            f"{data_dir} holds other files and no data of Tenon. Choose an empty or a new folder with --data-dir."
        )
