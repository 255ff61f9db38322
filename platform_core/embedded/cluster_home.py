"""Where a cluster's files lie: in the data folder, or for root in a system folder that the data folder points to."""

import hashlib
import re
import secrets
import shutil
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from platform_core.embedded.account import is_root
from platform_core.embedded.binaries import system_folder
from platform_core.embedded.errors import EmbeddedServiceError, EmbeddedServiceInUseError
from platform_core.embedded.lock import FileLock
from platform_core.embedded.private_files import private_folder, write_private

POINTER_NAME = "postgres.location"
FOLDER_NAME = "postgres"
_SCRATCH = "scratch-"
_DELETED = ".deleted-"
_HALF_MADE_SECONDS = 3600.0
_NAME = re.compile(r"^(scratch-)?[0-9a-f]{12}-[0-9a-f]{8}$")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterHome:
    """The files of one cluster. Passwords and lock belong to the supervisor, `data` to the server's account."""

    folder: Path

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def lock(self) -> Path:
        return self.folder / "lock"

    @property
    def passwords(self) -> Path:
        return self.folder / "passwords.json"

    @property
    def port(self) -> Path:
        return self.folder / "port"

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    @property
    def owner(self) -> Path:
        """A file with the data folder that points here; root only."""
        return self.folder / "owner"


def find_home(data_dir: Path) -> ClusterHome | None:
    """Return the cluster that belongs to a data folder, or None when there is none yet.

    Raises:
        EmbeddedServiceError: it was made by root and we are not, or the other way round.
    """
    pointer, own = data_dir / POINTER_NAME, data_dir / FOLDER_NAME
    if is_root():
        if own.is_dir():
            raise EmbeddedServiceError(
                f"The database in {own} was made by a normal user ({own.owner()}). Run as that user, "
                "or choose another folder with --data-dir."
            )
        return _pointed_home(pointer) if pointer.is_file() else None
    if pointer.exists():
        raise EmbeddedServiceError(
            f"The database of {data_dir} was made by root. Run as root, or choose another folder with --data-dir."
        )
    return ClusterHome(folder=own) if own.is_dir() else None


def make_home(data_dir: Path, *, scratch: bool) -> ClusterHome:
    """Return the cluster's files, making the folder when there is none.

    Args:
        scratch: the cluster is a throw-away one; root's are swept once their data folder is gone.
    """
    private_folder(data_dir)
    found = find_home(data_dir)
    if found is not None:
        return found
    if not is_root():
        return ClusterHome(folder=private_folder(data_dir / FOLDER_NAME))
    clusters = system_folder("clusters", mode=0o711)
    if scratch:
        _sweep(clusters)
    digest = hashlib.sha256(str(data_dir.resolve()).encode()).hexdigest()[:12]
    folder = clusters / f"{_SCRATCH if scratch else ''}{digest}-{secrets.token_hex(4)}"
    folder.mkdir(mode=0o711)
    folder.chmod(0o711)  # The server's account has to pass through to `data`, whatever the umask is.
    home = ClusterHome(folder=folder)
    # In this order: a sweep that meets a folder without an owner leaves it alone.
    write_private(data_dir / POINTER_NAME, folder.name)
    write_private(home.owner, str(data_dir.resolve()))
    return home


def remove_home(data_dir: Path) -> None:
    """Delete a stopped cluster with all its data; nothing happens when there is none."""
    home = find_home(data_dir)
    if home is not None:
        _delete(home.folder)
    (data_dir / POINTER_NAME).unlink(missing_ok=True)


def _pointed_home(pointer: Path) -> ClusterHome:
    # The data folder may belong to another user than root, so the pointer is a name, never a path.
    name = pointer.read_text(encoding="utf-8").strip()
    folder = system_folder("clusters", mode=0o711) / name
    if not _NAME.fullmatch(name) or not folder.is_dir():
        raise EmbeddedServiceError(
            f"{pointer} points to the database {name!r}, which is not on this machine. "
            f"Delete {pointer} to begin with an empty database."
        )
    return ClusterHome(folder=folder)


def _delete(folder: Path) -> None:
    """Delete a folder under another name first, so that nobody opens a file in it meanwhile."""
    condemned = folder.with_name(f"{_DELETED}{secrets.token_hex(8)}")
    folder.rename(condemned)
    # A sweep of another process may be at the same folder; what one of them leaves, the next sweep takes.
    shutil.rmtree(condemned, ignore_errors=True)


def _sweep(clusters: Path) -> None:
    """Delete scratch clusters that nobody runs and no data folder points to any more."""
    for folder in (*clusters.glob(f"{_SCRATCH}*"), *clusters.glob(f"{_DELETED}*")):
        home = ClusterHome(folder=folder)
        lock = FileLock(home.lock)
        # Another process may sweep, start or delete the same cluster at the same time.
        with suppress(EmbeddedServiceInUseError, OSError):
            if _is_abandoned(home):
                lock.acquire(what=str(folder))
                try:
                    _delete(folder)
                finally:
                    lock.release()


def _is_abandoned(home: ClusterHome) -> bool:
    try:
        pointer = Path(home.owner.read_text(encoding="utf-8")) / POINTER_NAME
    except FileNotFoundError:
        # Half made or half deleted; its maker may still be at it.
        return time.time() - home.folder.stat().st_mtime > _HALF_MADE_SECONDS
    return not pointer.is_file() or pointer.read_text(encoding="utf-8").strip() != home.folder.name
