import pytest

from platform_core.plugins.errors import PluginRejectedError
from platform_core.plugins.inspection import describe
from platform_core.plugins.trial import _read_report

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


def test_syntax_error_and_own_refusal_are_described_in_one_line():
    assert describe(SyntaxError("invalid syntax")) == "SyntaxError: invalid syntax"
    assert describe(PluginRejectedError("has no manifest")) == "has no manifest"
    assert describe(KeyError()) == "KeyError"
