"""From nothing to a running platform in one terminal, and back."""

import json
import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from platform_core.cli import boot
from platform_core.embedded import process
from platform_core.quickstart import presentation
from platform_core.quickstart.children import Child
from platform_core.quickstart.data_dir import ensure_secret_key, open_data_dir
from platform_core.quickstart.errors import QuickstartError, StoppedError
from platform_core.quickstart.health import is_ready
from platform_core.quickstart.options import QuickstartOptions
from platform_core.quickstart.ready_file import remove_ready_file, write_ready_file
from platform_core.quickstart.services import Services
from platform_core.quickstart.stopping import StopRequest

TENON_PROGRAM = (sys.executable, "-m", "platform_core.cli")
_READY_SECONDS = 120.0
_FAILURES_AT_START = 3
_WATCH_SECONDS = 0.5
_WEB_GRACE_SECONDS = 25.0
_WORKER_GRACE_SECONDS = 15.0
_STEP_STOP = ((signal.SIGTERM, 10.0), (signal.SIGKILL, 5.0))


class Quickstart:
    """One run; `run()` returns when the platform has stopped."""

    def __init__(self, options: QuickstartOptions, console: Console, *, program: Sequence[str] = TENON_PROGRAM) -> None:
        """Describe the run; nothing starts yet.

        Args:
            program: the command whose subcommands `migrate`, `django tenon_demo`, `serve` and `worker` are the parts.
        """
        self._options = options
        self._console = console
        self._program = tuple(program)
        self._stop = StopRequest()
        self._services = Services(options.data_dir, use_redis=options.redis)
        self._children: list[Child] = []

    def run(self) -> None:
        """Start everything, stay until Ctrl-C or SIGTERM, stop everything.

        Raises:
            QuickstartError: a part does not come up; everything that had come up is stopped.
            EmbeddedServiceError: the same for an embedded service.
        """
        lock = open_data_dir(self._options.data_dir)
        try:
            self._check_ports()
            self._remove_ready_file()
            with self._stop:
                try:
                    self._come_up()
                    self._stay()
                except StoppedError:
                    pass
                finally:
                    self._go_down()
        finally:
            lock.release()

    def _come_up(self) -> None:
        os.environ["TENON_DATA_DIR"] = str(self._options.data_dir)
        # What each child does as usual would scroll the addresses and tokens away.
        os.environ.setdefault("TENON_LOG_LEVEL", "WARNING")
        os.environ.setdefault("TENON_PUBLIC_URL", f"http://localhost:{self._options.port}")
        boot.choose_settings()
        if not os.environ.get("TENON_SECRET_KEY", "").strip():
            os.environ["TENON_SECRET_KEY"] = ensure_secret_key(self._options.data_dir)
        with self._console.status("Starting the database; the first run prepares it"):
            os.environ.update(self._services.start(self._say))
        self._stop.check()
        with self._console.status("Looking at the installed plugins"):
            boot.lock_if_changed(self._options.data_dir)
        self._step("Migrating", ["migrate"], "See the message above; `tenon migrate` repeats this step alone.")
        if self._options.demo:
            arguments = ["--port", str(self._options.port), "--credentials", str(self._options.credentials)]
            hint = "See the message above; `--no-demo` starts without the demo, `--reset` begins with empty data."
            self._step("Loading the demo", ["django", "tenon_demo", *arguments], hint)
        self._children = [*self._web_children(), self._worker_child()]
        self._worker_ready.unlink(missing_ok=True)
        for child in self._children:
            child.start()
        with self._console.status("Waiting until the platform answers"):
            self._wait_until_ready()
        self._write_ready_file()
        presentation.announce(self._console, access=self._access(), data_dir=str(self._options.data_dir))

    def _stay(self) -> None:
        while not self._stop.requested:
            events = [line for line in [self._services.watch(), *(child.watch() for child in self._children)] if line]
            for line in events:
                presentation.warn(self._console, line)
            if events:
                self._write_ready_file()
            self._stop.sleep(_WATCH_SECONDS)

    def _go_down(self) -> None:
        self._remove_ready_file()
        self._console.print("Stopping ...", highlight=False)
        for child in self._children:
            child.stop()
        self._services.stop()
        self._say("Stopped. The data are kept.")

    def _step(self, title: str, arguments: list[str], hint: str) -> None:
        """Run one command to its end; it shows its own progress."""
        self._stop.check()
        self._say(f"{title} ...")
        began = time.monotonic()
        child = process.spawn(
            [*self._program, *arguments], env=boot.children_environment(), cwd=Path.cwd(), death_signal=signal.SIGTERM
        )
        try:
            while child.poll() is None:
                self._stop.check()
                process.exited(child, 0.1)
        finally:
            process.stop(child, _STEP_STOP)
        if child.returncode != 0:
            raise QuickstartError(f"{title} failed with code {child.returncode}. {hint}")
        self._say(f"{title}: done in {time.monotonic() - began:.1f} s")

    def _web_children(self) -> list[Child]:
        counts = (self._options.workers, 1)
        return [
            self._child(
                f"web on port {port}",
                ["serve", "--port", str(port), "--workers", str(count), "--quiet"],
                _WEB_GRACE_SECONDS,
            )
            for port, count in zip(self._options.ports, counts, strict=True)
        ]

    def _worker_child(self) -> Child:
        arguments = ["worker", "--ready-file", str(self._worker_ready)]
        return self._child("worker", arguments, _WORKER_GRACE_SECONDS)

    @property
    def _worker_ready(self) -> Path:
        return self._options.data_dir / "worker.ready"

    def _child(self, name: str, arguments: list[str], grace_seconds: float) -> Child:
        return Child(
            name=name,
            argv=[*self._program, *arguments],
            env=boot.children_environment(),
            cwd=Path.cwd(),
            grace_seconds=grace_seconds,
        )

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + _READY_SECONDS
        missing = list(self._options.ports)
        while missing or not self._worker_ready.exists():
            self._stop.check()
            for child in self._children:
                line = child.watch()
                if line:
                    presentation.warn(self._console, line)
                if child.failures >= _FAILURES_AT_START:
                    raise QuickstartError(f"{child.name} does not stay up. Its messages stand above.")
            if time.monotonic() > deadline:
                what = f"answer on port {missing[0]}" if missing else "start its worker"
                raise QuickstartError(f"The platform did not {what} in {_READY_SECONDS:.0f} s.")
            missing = [port for port in missing if not is_ready(port)]
            self._stop.sleep(0.1)

    def _check_ports(self) -> None:
        for port in self._options.ports:
            if not process.port_is_free(port):
                raise QuickstartError(
                    f"Port {port} is in use by another program; this needs {self._options.port} and "
                    f'{self._options.port + 1}. Choose others: make run ARGS="--port {self._options.port + 1000}"'
                )

    def _access(self) -> dict[str, Any]:
        if self._options.demo:
            access: dict[str, Any] = json.loads(self._options.credentials.read_text(encoding="utf-8"))
            return access
        return {"public_url": f"http://localhost:{self._options.port}", "organizations": {}}

    def _write_ready_file(self) -> None:
        if self._options.ready_file is None:
            return
        pids = {
            "supervisor": os.getpid(),
            "web": self._children[0].pid,
            "worker": self._children[-1].pid,
            "postgres": self._services.postgres_pid,
        }
        write_ready_file(self._options.ready_file, access=self._access(), pids=pids)

    def _remove_ready_file(self) -> None:
        if self._options.ready_file is not None:
            remove_ready_file(self._options.ready_file)

    def _say(self, line: str) -> None:
        presentation.say(self._console, line)
