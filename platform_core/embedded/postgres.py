"""A PostgreSQL 18 that belongs to one data folder and to the process that starts it."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from platform_core.embedded import cluster_home, process, server
from platform_core.embedded.account import ServerAccount, account_for
from platform_core.embedded.binaries import PostgresBinaries, installed_binaries
from platform_core.embedded.bootstrap import APPLICATION, ensure_application, ensure_cluster, read_passwords
from platform_core.embedded.cluster_home import ClusterHome
from platform_core.embedded.errors import EmbeddedServiceError
from platform_core.embedded.lock import FileLock
from platform_core.embedded.private_files import write_private

# sun_path holds 108 bytes on Linux and 104 elsewhere; the server appends "/.s.PGSQL.65535".
_LONGEST_SOCKET_FOLDER = 80
_PORT_ATTEMPTS = 5


class EmbeddedPostgres:
    """Supervisor of one cluster; start it from a thread that lives as long as the server shall.

    The server ends with that thread (Linux) and with `stop()`. Data stay until `destroy()`.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        port: int | None = None,
        durable: bool = True,
        allow_create_database: bool = False,
        settings: Mapping[str, str] | None = None,
        timeout_seconds: float = 120.0,
    ) -> None:
        """Describe the server; nothing happens yet.

        Args:
            data_dir: folder of the installation. As root it only points to the cluster below /var/lib/tenon.
            port: TCP port on 127.0.0.1; None keeps the one of the last run while it is free.
            durable: False for tests: a crash of the machine may lose everything, and it is much faster.
            allow_create_database: True for tests: the application's role may make databases.
            settings: further PostgreSQL settings by name.
            timeout_seconds: how long a start may take, recovery after a crash included.
        """
        self.data_dir = data_dir.absolute()
        self._wanted_port = port
        self._durable = durable
        self._allow_create_database = allow_create_database
        self._settings = {**({} if durable else server.UNSAFE_BUT_FAST), **(settings or {})}
        self._timeout_seconds = timeout_seconds
        self._child: subprocess.Popen[bytes] | None = None
        self._lock: FileLock | None = None
        self._socket_folder: Path | None = None
        self._supervisor = 0
        self._url = ""

    @property
    def pid(self) -> int | None:
        """Process id of the running server."""
        return self._child.pid if self.is_running and self._child else None

    @property
    def is_running(self) -> bool:
        """Say whether the server that this object started still runs."""
        return self._child is not None and self._child.poll() is None

    @property
    def socket_folder(self) -> Path | None:
        """Folder of the unix socket, mode 0700, while the server runs."""
        return self._socket_folder

    @property
    def url(self) -> str:
        """DATABASE_URL of the application's role; empty before the first start."""
        return self._url

    def start(self) -> str:
        """Make the cluster if needed, start the server, and return the DATABASE_URL of its application role.

        Starting a running server again only returns the URL; one that died is started anew.

        Raises:
            EmbeddedServiceMissingError: no wheel.
            EmbeddedServiceInUseError: another supervisor has this cluster.
            EmbeddedServiceError: anything else that an operator has to look at.
        """
        if self.is_running:
            return self._url
        self.stop()
        binaries = installed_binaries()
        home = cluster_home.make_home(self.data_dir, scratch=not self._durable)
        lock = FileLock(home.lock)
        lock.acquire(what=f"The embedded PostgreSQL in {home.folder}")
        self._lock, self._supervisor = lock, os.getpid()
        try:
            account = account_for(home.data)
            ensure_cluster(home, binaries, account, sync=self._durable)
            server.end_leftover(home)
            self._socket_folder = _make_socket_folder(home, account)
            port = self._launch(home, binaries, account)
            ensure_application(
                home,
                socket_folder=str(self._socket_folder),
                port=port,
                allow_create_database=self._allow_create_database,
            )
        except BaseException:
            self.stop()
            raise
        self._url = _url(home, port)
        return self._url

    def stop(self) -> None:
        """Stop the server: sessions are ended, data are flushed and kept. Nothing happens when it does not run."""
        if self._supervisor != os.getpid():
            return  # A forked child holds a copy of this object; the server is not its own.
        if self._child is not None:
            process.stop(self._child, server.STOP_STEPS)
            self._child = None
        if self._socket_folder is not None:
            shutil.rmtree(self._socket_folder, ignore_errors=True)
            self._socket_folder = None
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def destroy(self) -> None:
        """Stop the server and delete the cluster with all its data.

        Raises:
            EmbeddedServiceInUseError: another supervisor has this cluster.
        """
        self.stop()
        home = cluster_home.find_home(self.data_dir)
        if home is None:
            return
        lock = FileLock(home.lock)
        lock.acquire(what=f"The embedded PostgreSQL in {home.folder}")
        try:
            cluster_home.remove_home(self.data_dir)
        finally:
            lock.release()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _launch(self, home: ClusterHome, binaries: PostgresBinaries, account: ServerAccount | None) -> int:
        """Start the server on the wanted or a free port, and return the port."""
        assert self._socket_folder is not None
        for attempt in range(_PORT_ATTEMPTS):
            port = self._choose_port(home)
            try:
                self._child = server.launch(
                    home,
                    binaries,
                    account,
                    port=port,
                    socket_folder=self._socket_folder,
                    settings=self._settings,
                    timeout_seconds=self._timeout_seconds,
                )
            except server.PortTakenError:
                if self._wanted_port is not None or attempt == _PORT_ATTEMPTS - 1:
                    raise
                continue
            write_private(home.port, str(port))
            return port
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _choose_port(self, home: ClusterHome) -> int:
        if self._wanted_port is not None:
            if not process.port_is_free(self._wanted_port):
                raise EmbeddedServiceError(
                    f"Port {self._wanted_port} for the embedded PostgreSQL is in use by another program."
                )
            return self._wanted_port
        kept = home.port.read_text(encoding="ascii") if home.port.is_file() else ""
        if kept.isdigit() and process.port_is_free(int(kept)):
            return int(kept)
        return process.free_port()


def running_database_url(data_dir: Path) -> str | None:
    """Return the DATABASE_URL of the cluster of a data folder if some process runs it now, else None."""
    home = cluster_home.find_home(data_dir.absolute())
    if home is None or server.ready_pid(home) is None or not home.port.is_file():
        return None
    return _url(home, int(home.port.read_text(encoding="ascii")))


def has_cluster(data_dir: Path) -> bool:
    """Say whether the data folder has an embedded database, running or not."""
    home = cluster_home.find_home(data_dir.absolute())
    return home is not None and home.data.is_dir()


@contextmanager
def attached(data_dir: Path) -> Iterator[str]:
    """Give the URL of the running cluster of a data folder, or run it for the time of the block."""
    url = running_database_url(data_dir)
    if url is not None:
        yield url
        return
    with EmbeddedPostgres(data_dir) as postgres:
        yield postgres.url


def _url(home: ClusterHome, port: int) -> str:
    return f"postgres://{APPLICATION}:{read_passwords(home)[APPLICATION]}@127.0.0.1:{port}/{APPLICATION}"


def _make_socket_folder(home: ClusterHome, account: ServerAccount | None) -> Path:
    """Make a folder with mode 0700 whose path is short enough for a socket."""
    folder = home.folder / "socket"
    if len(os.fsencode(folder)) > _LONGEST_SOCKET_FOLDER:
        return Path(tempfile.mkdtemp(prefix="tenon-", dir="/tmp"))
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    if account is not None:
        os.chown(folder, account.uid, account.gid)
    return folder
