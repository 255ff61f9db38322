"""Where plugins are proven: one PostgreSQL, one filled template, one child process a plugin. Free of Django."""

import json
import os
import secrets
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from platform_core.conformance import databases
from platform_core.conformance.errors import ProveError
from platform_core.embedded import process
from platform_core.embedded.errors import EmbeddedServiceError
from platform_core.plugins.lock import Lock, write_lock

SETTINGS: Final = "platform_core.settings.test"
SECONDS: Final = 300.0
_TAIL: Final = 2000
_CORE: Final = Path(__file__).parents[2]
_COMPILED: Final = "PYTHONPYCACHEPREFIX"
# Of the kit itself only these make the template.
_IN_TEMPLATE: Final = frozenset({"absence.py", "template.py", "world.py"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Workshop:
    """A running server with a template.

    Attributes:
        server: URL of a database on it; its role may make databases.
        template: name of the template.
        folder: for files of the run.
    """

    server: str
    template: str
    folder: Path

    @contextmanager
    def database(self) -> Iterator[str]:
        """Give the URL of a fresh copy of the template, which is dropped after the block."""
        name = f"tenon_prove_{secrets.token_hex(6)}"
        databases.copy_database(self.server, self.template, name)
        try:
            yield databases.url_of(self.server, name)
        finally:
            databases.drop_database(self.server, name)

    def try_plugin(
        self, lock: Lock, *, slug: str, root: Path, search: Sequence[Path], only: Sequence[str] = ()
    ) -> Mapping[str, Any]:
        """Run the rules of behaviour in a child process and return its report.

        Args:
            lock: with the plugin and its dependencies and nothing else.
            root: the plugin's distribution.
            only: beginnings of ids of rules; none means all.
            search: folders of distributions that are not installed.

        Raises:
            ProveError: the child did not write one.
        """
        with self.database() as url, tempfile.TemporaryDirectory(dir=self.folder, prefix="trial-") as name:
            folder = Path(name)
            write_lock(folder, lock)
            report = folder / "report.json"
            words = ["platform_core.conformance.behaviour.trial", slug, str(root), str(report), *only]
            output = run_child(words, url=url, folder=folder, search=search)
            try:
                document: Mapping[str, Any] = json.loads(report.read_text(encoding="utf-8"))
            except (OSError, ValueError) as error:
                raise ProveError(f"The proof of {slug!r} ended early: {output}") from error
            return document


@contextmanager
def workshop(*, keep_template: bool = False) -> Iterator[Workshop]:
    """Give a workshop: on the server of DATABASE_URL, else on one that is started here and thrown away.

    Args:
        keep_template: leave the template on the server of DATABASE_URL for the next run.

    Raises:
        ProveError: there is no server, or the core alone does not work on it.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tenon-prove-")))
        _share_compiled_files(folder, stack)
        given = os.environ.get("DATABASE_URL", "").strip()
        server = given or _started(folder, stack)
        # One that is dropped afterwards is nobody else's.
        template = f"tenon_prove_template_{_fingerprint() if keep_template else secrets.token_hex(6)}"
        with databases.one_at_a_time(server):
            if not databases.database_exists(server, template):
                _make_template(server, template, folder)
        if given and not keep_template:
            stack.callback(databases.drop_database, server, template)
        yield Workshop(server=server, template=template, folder=folder)


def _share_compiled_files(folder: Path, stack: ExitStack) -> None:
    """Let children keep what they compile where this process is told not to: each would compile the platform anew."""
    told = os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    if told is None:
        return
    stack.callback(os.environ.__setitem__, "PYTHONDONTWRITEBYTECODE", told)
    if _COMPILED not in os.environ:
        os.environ[_COMPILED] = str(folder / "compiled")
        stack.callback(os.environ.pop, _COMPILED, None)


def _started(folder: Path, stack: ExitStack) -> str:
    # Inline: where DATABASE_URL names a server nothing embedded need be installed.
    from platform_core.embedded.postgres import EmbeddedPostgres

    postgres = EmbeddedPostgres(folder / "data", durable=False, allow_create_database=True)
    try:
        url = postgres.start()
    except EmbeddedServiceError as error:
        raise ProveError(f"{error}; or name a PostgreSQL by DATABASE_URL") from error
    stack.callback(postgres.destroy)
    return url


def _make_template(server: str, template: str, folder: Path) -> None:
    write_lock(folder, Lock(environment={}))
    databases.create_database(server, template)
    try:
        words = ["platform_core.conformance.behaviour.template", server]
        run_child(words, url=databases.url_of(server, template), folder=folder, search=(), strict=True)
    except BaseException:
        databases.drop_database(server, template)
        raise


def run_child(words: Sequence[str], *, url: str, folder: Path, search: Sequence[Path], strict: bool = False) -> str:
    """Run a module in a process of its own, with the lock in `folder`, and return the end of its output.

    Args:
        strict: anything but a clean end is an error.

    Raises:
        ProveError: strict, and it ended otherwise; or it took too long.
    """
    output = folder / "output.txt"
    with output.open("wb") as stream:
        child = process.spawn(
            [sys.executable, "-m", *words],
            env=_environment(url, folder, search),
            cwd=Path.cwd(),
            death_signal=signal.SIGKILL,
            output=stream,
        )
        try:
            code = child.wait(timeout=SECONDS)
        except subprocess.TimeoutExpired as error:
            raise ProveError(f"{words[0]} did not end within {SECONDS:g} s") from error
        finally:
            end_group(child)
    tail = output.read_text(encoding="utf-8", errors="replace")[-_TAIL:].strip()
    if strict and code != 0:
        raise ProveError(f"{words[0]} failed with exit code {code}: {tail}")
    return tail or f"exit code {code}"


def end_group(child: "subprocess.Popen[bytes]") -> None:
    """Kill a child and whatever it started."""
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def _environment(url: str, folder: Path, search: Sequence[Path]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in ("REDIS_URL", "TENON_OUTBOUND_ALLOW")}
    path = [*map(str, search), *(entry for entry in sys.path if entry)]
    return {
        **kept,
        "DJANGO_SETTINGS_MODULE": SETTINGS,
        "DATABASE_URL": url,
        "TENON_DATA_DIR": str(folder),
        "TMPDIR": str(folder),
        "PYTHONPATH": os.pathsep.join(path),
    }


def _fingerprint() -> str:
    """Name the template by what it is made of: one of another version of the core is never taken."""
    # Inline: of no use to those who only read rules.
    import hashlib

    digest = hashlib.sha256()
    for package in ("platform_core", "tenants"):
        for path in sorted((_CORE / package).rglob("*.py")):
            if "conformance" in path.parts and path.name not in _IN_TEMPLATE:
                continue
            status = path.stat()
            digest.update(f"{path.relative_to(_CORE)}\0{status.st_size}\0{status.st_mtime_ns}\0".encode())
    return digest.hexdigest()[:16]
