import os
import subprocess
import sys
from pathlib import Path

import pytest

from platform_core.plugins.errors import PluginRejectedError
from platform_core.plugins.inspection import describe
from platform_core.plugins.trial import _read_report
from tests.support.worker_processes import eventually, is_running

FORGER = """
import os
import sys
from pathlib import Path

Path(sys.argv[2]).write_text({text!r})
os._exit(0)
"""


@pytest.mark.parametrize(
    ("text", "reason"),
    [("not json", "no JSON"), ("[]", "no object"), ("{}", "without claims"), ('{"claims": []}', "without claims")],
)
def test_bad_report_is_a_refusal_with_the_last_output(tmp_path, text, reason):
    report, output = tmp_path / "report.json", tmp_path / "output.txt"
    report.write_text(text)
    output.write_bytes(b"x" * 1000 + b" the end \xff")
    verdict = _read_report(report, 0, output)

    assert reason in verdict.reason
    assert verdict.reason.endswith("the end \ufffd")
    assert len(verdict.reason) < 500


def test_claims_are_read(tmp_path):
    report, output = tmp_path / "report.json", tmp_path / "output.txt"
    report.write_text('{"claims": {"table": ["a", "b"]}}')
    output.touch()

    assert _read_report(report, 0, output).claims == {"table": ("a", "b")}


def test_plugin_that_ends_the_child_with_a_bad_report_is_refused(tmp_path, site):
    from platform_core.plugins.preflight import lock_plugins

    site.install("raising_hook")
    (site.package("raising_hook") / "plugin.py").write_text(FORGER.format(text="oops"))
    lock = lock_plugins(
        tmp_path, strict=False, candidates=site.candidates(), settings_module="platform_core.settings.test"
    )

    assert [plugin.reason for plugin in lock.plugins] == ["wrote a report that is no JSON"]


HANGING = """
import os
import time
from pathlib import Path

Path({path!r}).write_text(str(os.getpid()))
time.sleep(600)
"""
STARTER = """
from pathlib import Path
from platform_core.plugins.trial import Trial

Trial(settings_module="hanging_settings", timeout=600).run("", [])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's death signal is Linux's")
def test_trial_ends_when_the_process_that_started_it_is_killed(tmp_path):
    pid_file = tmp_path / "pid"
    (tmp_path / "hanging_settings.py").write_text(HANGING.format(path=str(pid_file)))
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTER], env={**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{Path.cwd()}"}
    )
    try:
        pid = int(eventually(lambda: pid_file.exists() and pid_file.read_text()))
        assert is_running(pid)
    finally:
        starter.kill()
        starter.wait()

    eventually(lambda: not is_running(pid))


def test_syntax_error_and_own_refusal_are_described_in_one_line():
    assert describe(SyntaxError("invalid syntax")) == "SyntaxError: invalid syntax"
    assert describe(PluginRejectedError("has no manifest")) == "has no manifest"
    assert describe(KeyError()) == "KeyError"
