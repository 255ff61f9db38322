import json

import pytest
from click.testing import CliRunner

from platform_core.cli.plugin import plugin
from platform_core.conformance.catalogue import RULES
from platform_core.plugins.scaffold import PARTS, write_plugin


@pytest.fixture
def prove():
    def run(*words):
        return CliRunner().invoke(plugin, ["prove", *map(str, words)])

    return run


@pytest.fixture
def kites(tmp_path):
    return write_plugin("kites", output=tmp_path, parts=PARTS)


def test_static_rules_need_no_database(prove, kites, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://nobody@127.0.0.1:1/none")

    answer = prove(kites, "--static")

    assert answer.exit_code == 0, answer.output
    lines = answer.output.splitlines()
    assert lines[0] == "kites 0.1.0"
    assert [line.split()[1] for line in lines[1:22]] == list(RULES)[:21]
    assert lines[-1] == "tier: not computed, for only a part was asked for"


def test_failed_rule_says_where_why_and_how_to_mend(prove, kites):
    (kites / "tenon_kites" / "weather.py").write_text("import requests\n")

    answer = prove(kites, "--static")

    assert answer.exit_code == 1
    assert "tenon_kites/weather.py:1: imports requests" in answer.output
    assert f"mend: {RULES['TP202'].mend} See docs/reference/rules/TP202.md." in answer.output


def test_many_findings_are_cut_unless_asked_for(prove, kites):
    (kites / "tenon_kites" / "weather.py").write_text("import requests\n" * 8)

    assert "and 3 more; --whole shows them" in prove(kites, "--static").output
    assert "tenon_kites/weather.py:8" in prove(kites, "--static", "--whole").output


def test_json_has_every_rule_with_its_state(prove, kites):
    (kites / "tenon_kites" / "weather.py").write_text("import requests\n")

    answer = prove(kites, "--static", "--json")

    document = json.loads(answer.output)
    assert answer.exit_code == 1
    assert (document["plugin"], document["version"], document["tier"]) == ("kites", "0.1.0", None)
    states = {item["rule"]: item["state"] for item in document["rules"]}
    assert list(states) == list(RULES)
    assert (states["TP201"], states["TP202"], states["TP601"]) == ("passed", "failed", "not_run")
    (finding,) = next(item for item in document["rules"] if item["rule"] == "TP202")["findings"]
    assert finding["where"] == "tenon_kites/weather.py:1"


def test_waived_finding_is_shown_and_does_not_fail(prove, kites):
    (kites / "tenon_kites" / "weather.py").write_text("import requests\n")
    (kites / "waivers.toml").write_text(
        '[[waivers]]\nrule = "TP202"\nreason = "It reads a file that the host gives."\nuntil = 2999-01-01\n'
        '[[waivers]]\nrule = "TP103"\nreason = "No longer needed for anything."\nuntil = 2999-01-01\n'
    )

    answer = prove(kites, "--static")

    assert answer.exit_code == 0, answer.output
    assert "waived" in answer.output
    assert "[until 2999-01-01: It reads a file that the host gives.]" in answer.output
    assert "unused waiver: TP103 accepts nothing any more" in answer.output


def test_tier_that_is_asked_for_decides_about_the_end(prove, kites):
    (kites / "tenon_kites" / "py.typed").unlink()

    assert prove(kites, "--static").exit_code == 1
    assert prove(kites, "--static", "--tier", "bronze").exit_code == 0
    assert prove(kites, "--static", "--tier", "silver").exit_code == 1


def test_only_some_rules_may_be_asked_for(prove, kites):
    (kites / "tenon_kites" / "py.typed").unlink()

    answer = prove(kites, "--static", "--only", "TP2")

    assert answer.exit_code == 0
    assert "not run  TP104" in answer.output


def test_what_is_no_plugin_is_refused_in_one_line(prove, tmp_path):
    answer = prove(tmp_path)

    assert answer.exit_code == 1
    assert answer.output.startswith("Error: ")
    assert "pyproject.toml" in answer.output
