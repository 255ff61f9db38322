"""The kit finds what it is for: for each rule of behaviour a plugin of `tests/broken_plugins` that breaks it."""

from pathlib import Path

import pytest

from platform_core.conformance.catalogue import RULES
from platform_core.conformance.types import Kind
from platform_core.conformance.verdict import State

BROKEN = Path(__file__).parents[2] / "broken_plugins"
# Where each way to leak must be found: rule, and what the finding's place holds.
LEAKS = {
    "class attribute": [("TP602", "class-attribute/"), ("TP603", "ClassAttribute.last")],
    "cache": [("TP604", "leaky:last"), ("TP602", "/cache/")],
    "raw SQL": [("TP601", "views.py:69"), ("TP602", "/raw-sql/")],
    "search_path": [("TP601", "views.py:79"), ("TP601", "GET /api/leaky/search-path/")],
    "file path": [("TP605", "tenon-leaky.txt"), ("TP602", "/file-path/")],
    "job without scope": [("TP606", "jobs.count_everywhere")],
    "log": [("TP607", "tenon_leaky.views")],
    "webhook": [("TP608", "POST http://1.1.1.1/hook")],
    "memory of a function": [("TP603", "remembered_title"), ("TP602", "/memory/")],
    "thread": [("TP606", "views.py:")],
    "metric": [("TP609", "leaky")],
    "write": [("TP610", "projects_project")],
}
BREAKERS = {
    "careless": {"TP502", "TP503", "TP805", "TP806", "TP901", "TP902", "TP903", "TP904", "TP905", "TP906"},
    "patching": {"TP701", "TP702", "TP703", "TP801", "TP802", "TP803", "TP804", "TP807"},
    "import_error": {"TP401"},
    "failing_migration": {"TP501"},
}


def test_every_rule_of_behaviour_has_a_plugin_that_breaks_it():
    broken = {rule for places in LEAKS.values() for rule, _place in places} | set().union(*BREAKERS.values())

    assert broken == {rule.id for rule in RULES.values() if rule.kind is Kind.BEHAVIOUR}


@pytest.mark.slow  # a child process that calls every leak in two organizations
def test_every_leak_is_found(proof):
    report = proof(BROKEN / "leaky", only=["TP6"])

    findings = [finding for outcome in report.outcomes for finding in outcome.findings]
    missed = [
        (way, rule, place)
        for way, places in LEAKS.items()
        for rule, place in places
        if not any(finding.rule == rule and place in finding.where for finding in findings)
    ]
    assert missed == []


@pytest.mark.slow  # a child process for each, that runs everything of the plugin
@pytest.mark.parametrize("name", BREAKERS)
def test_broken_plugin_breaks_its_rules(proof, name):
    report = proof(BROKEN / name)

    failed = {outcome.rule.id for outcome in report.outcomes if outcome.state is State.FAILED}
    assert BREAKERS[name] <= failed
    assert report.tier is None
