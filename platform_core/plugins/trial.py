"""One plugin in one child process, with a time limit. Free of Django in this process."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from platform_core.embedded import process
from platform_core.plugins import lock as lock_file
from platform_core.plugins.lock import Lock, LockedPlugin

OUTPUT_TAIL = 400


class CoreStartError(RuntimeError):
    """Django does not start even without plugins, so no plugin can be judged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Outcome of a trial.

    Attributes:
        reason: why the plugin is refused; None when it passed.
        claims: kind (`app label`, `table`, `label tag`) to the names that the plugin takes.
    """

    reason: str | None = None
    claims: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Trial:
    """How child processes are started, for one run over the plugins.

    Attributes:
        settings_module: Django settings; they must read their plugins from the lock in `TENON_DATA_DIR`.
        timeout: seconds until a child is killed.
        core_starts: the core was seen to start, so that a failure is a plugin's.
    """

    settings_module: str
    timeout: float
    core_starts: bool = False

    def run(self, slug: str, plugins: Sequence[LockedPlugin]) -> Verdict:
        """Import a plugin with its dependencies.

        Args:
            slug: the plugin to judge.
            plugins: its dependencies in load order, then itself.

        Raises:
            CoreStartError: the plugin failed, and so does the core alone.
        """
        verdict = self._start(slug, plugins)
        if verdict.reason is not None and not self.core_starts:
            alone = self._start("", [])
            if alone.reason is not None:
                raise CoreStartError(f"The core does not start with {self.settings_module}: {alone.reason}")
        self.core_starts = True
        return verdict

    def _start(self, slug: str, plugins: Sequence[LockedPlugin]) -> Verdict:
        with tempfile.TemporaryDirectory(prefix="tenon-preflight-") as name:
            folder = Path(name)
            lock_file.write_lock(folder, Lock(environment={}, plugins=tuple(plugins)))
            report, output = folder / "report.json", folder / "output.txt"
            command = [sys.executable, "-m", "platform_core.plugins.inspection", slug, str(report)]
            with output.open("wb") as stream:
                # Ends with this thread: nobody would stop a plugin that hangs when we are killed.
                child = process.spawn(
                    command,
                    env=self._environment(folder),
                    cwd=Path.cwd(),
                    death_signal=signal.SIGKILL,
                    output=stream,
                )
            try:
                child.wait(timeout=self.timeout)
            except subprocess.TimeoutExpired:
                return Verdict(reason=f"did not finish importing within {self.timeout:g} s{_tail(output)}")
            finally:
                _end_group(child)
            return _read_report(report, child.returncode, output)

    def _environment(self, folder: Path) -> dict[str, str]:
        return {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": self.settings_module,
            "TENON_DATA_DIR": str(folder),
            "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry),
        }


def _end_group(child: "subprocess.Popen[bytes]") -> None:
    """Kill whatever the plugin started as well."""
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def _read_report(path: Path, code: int, output: Path) -> Verdict:
    try:
        document: Any = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Verdict(reason=f"ended its process with exit code {code} while it was being imported{_tail(output)}")
    except ValueError:
        return Verdict(reason=f"wrote a report that is no JSON{_tail(output)}")
    if not isinstance(document, dict):
        return Verdict(reason=f"wrote a report that is no object{_tail(output)}")
    if isinstance(document.get("reason"), str):
        return Verdict(reason=document["reason"])
    claims = document.get("claims")
    if not isinstance(claims, dict):
        return Verdict(reason=f"wrote a report without claims{_tail(output)}")
    return Verdict(claims={kind: tuple(names) for kind, names in claims.items()})


def _tail(output: Path) -> str:
    text = output.read_text(encoding="utf-8", errors="replace").strip()
    return f"; last output: {text[-OUTPUT_TAIL:]}" if text else ""
