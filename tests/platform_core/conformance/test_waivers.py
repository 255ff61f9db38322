import datetime as dt

import pytest

from platform_core.conformance.catalogue import RULES
from platform_core.conformance.errors import ProveError
from platform_core.conformance.types import Finding
from platform_core.conformance.verdict import Report, State, judge
from platform_core.conformance.waivers import read_waivers

TODAY = dt.date(2027, 1, 1)
TEXT = """
[[waivers]]
rule = "TP203"
reason = "The list is filled at import alone, from a file that is shipped."
until = 2027-06-30
where = "tenon_kites/"
"""


def outcome_of(findings, waivers, *, today=TODAY, not_run=()):
    outcomes, unused = judge(
        findings, tried={}, skipped={"TP702": "no routes"}, not_run=dict(not_run), waivers=waivers, today=today
    )
    report = Report(slug="kites", version="1", outcomes=outcomes, unused=unused, seconds=1)
    return {outcome.rule.id: outcome for outcome in outcomes}, report


@pytest.fixture
def waivers(tmp_path):
    def read(text):
        (tmp_path / "waivers.toml").write_text(text)
        return read_waivers(tmp_path)

    return read


def test_missing_file_waives_nothing(tmp_path):
    assert read_waivers(tmp_path) == ()


def test_waiver_accepts_until_its_day_and_there_only(waivers):
    given = waivers(TEXT)
    here = Finding(rule="TP203", where="tenon_kites/a.py:3", message="changes SEEN")
    elsewhere = Finding(rule="TP203", where="other/a.py:3", message="changes SEEN")

    accepted, report = outcome_of([here], given)
    assert accepted["TP203"].state is State.WAIVED
    assert report.tier == "gold"
    assert accepted["TP203"].to_json()["waived"][0]["waiver"]["until"] == "2027-06-30"
    for finding, today in ((here, dt.date(2027, 7, 1)), (elsewhere, TODAY)):
        refused, report = outcome_of([finding], given, today=today)
        assert refused["TP203"].state is State.FAILED
        assert report.tier is None
        assert report.unused == given


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("waivers = 3", "tables"),
        ("other = 1", "tables"),
        ("not toml", "TOML"),
        (TEXT.replace("TP203", "TP999"), "no rule"),
        (TEXT.replace("TP203", "TP602"), "cannot be waived"),
        (TEXT.replace("The list is filled at import alone, from a file that is shipped.", "because"), "reason"),
        (TEXT.replace("2027-06-30", '"soon"'), "date"),
        (TEXT.replace('"tenon_kites/"', "3"), "where"),
        (TEXT.replace("where", "were"), "known keys"),
    ],
)
def test_malformed_waiver_is_refused_with_its_place(waivers, text, words):
    with pytest.raises(ProveError, match=words):
        waivers(text)


def test_walls_between_organizations_cannot_be_waived():
    assert not any(rule.waivable for rule in RULES.values() if rule.id.startswith(("TP6", "TP7")))


def test_tier_is_the_highest_whose_rules_and_those_below_hold():
    tiers = {}
    for rule in ("TP203", "TP104", "TP902"):
        _outcomes, report = outcome_of([Finding(rule=rule, where="x", message="m")], ())
        tiers[rule] = report.tier
    assert tiers == {"TP203": None, "TP104": "bronze", "TP902": "silver"}
    assert outcome_of([], ())[1].tier == "gold"
    _outcomes, report = outcome_of([], (), not_run={"TP601": "the plugin could not be enabled"}.items())
    assert report.tier is None
