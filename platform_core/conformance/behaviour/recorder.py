"""Watches what a plugin does while an organization is served: statements, log, files, cache, threads, sockets, calls.

Python's audit hooks see what no wrapper can be put around; they cannot be taken away again, so a recorder is for a
process that proves one plugin and ends.
"""

import logging
import os
import sys
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, Final

from django.core import mail
from django.core.cache.backends.base import BaseCache
from django.db import connection

from platform_core.conformance.behaviour.world import World
from platform_core.outbound import calls as outbound_calls
from platform_core.outbound.errors import OutboundFailedError
from tenants import scope
from tenants.postgresql.cursor import TenantCursor
from tenants.scope import public_scope

CORE: Final = str(Path(__file__).parents[2])
OURS: Final = str(Path(__file__).parents[1])
TENANTS: Final = str(Path(scope.__file__).parent)
BACKEND: Final = str(Path(TENANTS) / "postgresql")
WRITES: Final = os.O_WRONLY | os.O_RDWR | os.O_APPEND | os.O_CREAT
PROCESSES: Final = frozenset({"subprocess.Popen", "os.system", "os.fork", "os.posix_spawn", "os.exec"})
LONGEST: Final = 100_000
Find = Callable[[str, str, str], None]


class _Lines(logging.Handler):
    """Keeps log lines as text."""

    def __init__(self, keep: Callable[[str, str], None]) -> None:
        super().__init__(logging.NOTSET)
        self._keep = keep

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line, with its arguments and its traceback."""
        self._keep(record.name, self.format(record)[:LONGEST])


class Recorder:
    """Watches one plugin's package; findings go to `find(rule, where, message)`."""

    def __init__(self, *, package: str, package_dir: Path, worlds: Sequence[World], find: Find) -> None:
        self._package, self._folder = package, str(package_dir)
        self._worlds, self._find = worlds, find
        self._world: World | None = None
        self._written: dict[str, set[str]] = defaultdict(set)
        self._keys: dict[str, set[str]] = defaultdict(set)
        self.statements = 0
        sys.addaudithook(self._audit)

    @contextmanager
    def watching(self, world: World) -> Iterator[None]:
        """Take what happens in the block for work of this organization."""
        lines = _Lines(self._line)
        mails = len(getattr(mail, "outbox", ()))
        with ExitStack() as stack:
            stack.enter_context(self._replaced(TenantCursor, "execute", self._executing))
            stack.enter_context(self._replaced(TenantCursor, "executemany", self._executing))
            stack.enter_context(self._replaced(TenantCursor, "copy", self._executing))
            stack.enter_context(self._replaced(TenantCursor, "stream", self._executing))
            stack.enter_context(self._replaced(BaseCache, "make_and_validate_key", self._caching))
            stack.enter_context(self._replaced(threading.Thread, "start", self._starting))
            stack.enter_context(self._replaced(outbound_calls, "_sent", self._sending))
            logging.getLogger(self._package).setLevel(logging.DEBUG)
            logging.getLogger().addHandler(lines)
            stack.callback(logging.getLogger().removeHandler, lines)
            self._world = world
            try:
                yield
            finally:
                self._world = None
        for message in getattr(mail, "outbox", [])[mails:]:
            self._compare("TP608", f"mail to {message.to}", f"{message.subject} {message.body}", world)

    def foreign_marks(self, text: str, world: World) -> list[str]:
        """Return the slugs of the other organizations whose data or schema is named in a text."""
        return [
            other.organization.slug
            for other in self._worlds
            if other.organization != world.organization and (other.mark in text or other.organization.schema in text)
        ]

    def _compare(self, rule: str, where: str, text: str, world: World) -> None:
        for slug in self.foreign_marks(text, world):
            self._find(rule, where, f"shows data of {slug} while {world.organization.slug} is served")

    def finish(self) -> None:
        """Judge what several organizations may share: files, cache keys, metrics."""
        for path, slugs in sorted(self._written.items()):
            if len(slugs) > 1:
                self._find("TP605", path, f"is written for {' and '.join(sorted(slugs))}")
        for key, slugs in sorted(self._keys.items()):
            if len(slugs) > 1:
                self._find("TP604", f"cache key {key!r}", f"is used for {' and '.join(sorted(slugs))}")
        for labels in _metric_labels():
            for world in self._worlds:
                if world.mark in labels or world.organization.schema in labels:
                    self._find("TP609", labels[:120], f"is a label that holds data of {world.organization.slug}")

    def check_path(self, where: str) -> None:
        """Find a connection whose path is not what the platform has set."""
        with public_scope():
            wrapper: Any = connection
            believed, raw = wrapper.search_path_set_schemas, wrapper.connection
            if believed is None or raw is None or raw.closed:
                return
            with raw.cursor() as cursor:
                cursor.needed_path = None
                cursor.execute("SELECT current_setting('search_path')")
                actual = cursor.fetchone()[0].replace('"', "")
        if actual != believed:
            self._find("TP601", where, f"leaves the search path {actual!r} behind instead of {believed!r}")
            wrapper.search_path_set_schemas = None

    @contextmanager
    def _replaced(self, owner: Any, name: str, wrap: Callable[..., Any]) -> Iterator[None]:
        kept = getattr(owner, name)

        def call(*words: Any, **options: Any) -> Any:
            return wrap(kept, *words, **options)

        setattr(owner, name, call)
        try:
            yield
        finally:
            setattr(owner, name, kept)

    def _executing(self, run: Callable[..., Any], cursor: Any, statement: Any, *words: Any, **options: Any) -> Any:
        world = self._world
        if world is not None:
            self.statements += 1
            self._judge(str(statement), str(words)[:LONGEST], world)
        return run(cursor, statement, *words, **options)

    def _judge(self, statement: str, words: str, world: World) -> None:
        own = world.organization.schema
        current = scope.current_organization_or_none()
        frame = self._own_frame(sys._getframe(2))  # noqa: SLF001  the only way to look up without a traceback
        where = _place(frame, self._folder) if frame is not None else statement[:80]
        for other in self._worlds:
            if other.organization.schema != own and other.organization.schema in statement + words:
                self._find("TP601", where, f"names the schema of {other.organization.slug}")
        if current is not None and current.schema != own:
            self._find("TP601", where, f"runs in the schema of {current.slug}")
        if frame is None:
            return
        if current is None:
            self._find("TP601", where, "runs in the public schema")
        if "search_path" in statement.lower():
            self._find("TP601", where, "touches the search path")

    def _caching(self, run: Callable[..., Any], cache: Any, key: Any, *words: Any, **options: Any) -> Any:
        world = self._world
        if world is not None and self._is_at_work():
            self._keys[str(key)].add(world.organization.slug)
        return run(cache, key, *words, **options)

    def _sending(self, _run: Callable[..., Any], *words: Any, **options: Any) -> Any:
        """Send nothing: a proof reaches no other machine. (session, deadline, limits, method, url, headers, body)"""
        world = self._world
        method, url, headers, body = (*words[3:], *options.values())[:4]
        if world is not None:
            text = f"{url} {headers} {body!r}"
            self._compare("TP608", f"{method} {str(url)[:80]}", text, world)
        raise OutboundFailedError("Nothing is sent during a proof.", data={"host": "proof"})

    def _line(self, name: str, line: str) -> None:
        world = self._world
        if world is not None:
            self._compare("TP607", f"logger {name}", line, world)

    def _audit(self, event: str, words: tuple[Any, ...]) -> None:
        if self._world is None:
            return
        if event == "open":
            self._opened(words)
        elif event in PROCESSES:
            self._started("a process", sys._getframe(1))  # noqa: SLF001  as above
        elif event == "socket.connect" and self._is_at_work():
            self._find("TP608", str(words[1])[:80], "is connected to, and not by the sdk's outbound calls")

    def _starting(self, run: Callable[..., Any], *words: Any) -> Any:
        self._started("a thread", sys._getframe(2))  # noqa: SLF001  as above
        return run(*words)

    def _started(self, what: str, start: FrameType) -> None:
        frame = self._own_frame(start)
        if frame is not None:
            self._find("TP606", _place(frame, self._folder), f"starts {what}, which belongs to no organization")

    def _opened(self, words: tuple[Any, ...]) -> None:
        path, mode, flags = words
        if not isinstance(path, str | os.PathLike) or self._world is None:
            return
        writes = any(letter in mode for letter in "wax+") if isinstance(mode, str) else bool(flags & WRITES)
        name = os.fspath(path)
        if writes and isinstance(name, str) and not name.startswith(("/dev/", "/proc/")) and self._is_at_work():
            self._written[str(Path(name).absolute())].add(self._world.organization.slug)

    def _own_frame(self, frame: FrameType | None) -> FrameType | None:
        """Return the plugin's frame that does this itself; None where the platform does it, for whomever."""
        while frame is not None:
            name = frame.f_code.co_filename
            if name.startswith(self._folder):
                return frame
            if name.startswith((CORE, TENANTS)) and not name.startswith((OURS, BACKEND)):
                return None
            frame = frame.f_back
        return None

    def _is_at_work(self) -> bool:
        """Say whether the plugin's code is anywhere below."""
        frame: FrameType | None = sys._getframe(2)  # noqa: SLF001  as above
        while frame is not None:
            if frame.f_code.co_filename.startswith(self._folder):
                return True
            frame = frame.f_back
        return False


def _place(frame: FrameType, folder: str) -> str:
    path = Path(frame.f_code.co_filename).relative_to(Path(folder).parent)
    return f"{path.as_posix()}:{frame.f_lineno}"


def _metric_labels() -> Iterator[str]:
    client = sys.modules.get("prometheus_client")
    for metric in client.REGISTRY.collect() if client is not None else ():
        for sample in metric.samples:
            if sample.labels:
                yield f"{sample.name} {sample.labels}"
