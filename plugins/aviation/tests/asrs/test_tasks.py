"""Reports become tasks with mapped phases, honest dates and their provenance."""

import json
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tenon_aviation.asrs import AsrsError, AsrsReport, read_reports, report_to_task
from tenon_aviation.asrs.values import mentions_deidentified, read_phases, split_values, year_month


def report(**cells):
    groups = {"Report 1": {"Narrative": "text"}}
    for name, value in cells.items():
        group, field = name.replace("_", " ").split("  ")
        groups.setdefault(group, {})[field] = value
    return AsrsReport(acn="7", line=9, cells=groups)


@pytest.fixture(scope="module")
def extract_tasks(extract_path):
    with extract_path.open("rb") as stream:
        return [report_to_task(report) for report in read_reports(stream)]


@pytest.fixture(scope="module")
def shared_tasks(shared_asrs_path):
    with shared_asrs_path.open("rb") as stream:
        return [report_to_task(report) for report in read_reports(stream)]


def test_first_report_of_the_extract(extract_tasks):
    data, meta = extract_tasks[0].data, extract_tasks[0].meta
    assert (data["acn"], data["date"], data["date_precision"], data["state"]) == ("81135", "1988-01", "month", "CT")
    assert data["locales"] == ["BDR", "0N0"]
    assert (data["phases_reported"], data["phases_cictt"]) == (["Cruise"], ["ENR"])
    assert data["anomalies"] == ["Conflict NMAC"]
    assert data["primary_problem"] == "Human Factors"
    assert [aircraft["make_model"] for aircraft in data["aircraft"]] == [
        "Helicopter",
        "Small Aircraft; High Wing; 1 Eng; Fixed Gear",
    ]
    assert data["narrative"].startswith("F/O FLYING ACFT FROM LEFT SEAT")
    assert data["narrative_2"] is None
    assert meta["raw"]["Aircraft 1"]["Flight Phase"] == "Cruise; Cruise"
    assert meta["raw"]["Report"] == {"ACN": "81135"}
    assert "not a statistical sample" in meta["disclaimer"]


def test_all_tasks_have_the_same_keys_and_are_json(extract_tasks):
    keys = {tuple(task.data) for task in extract_tasks}
    assert len(keys) == 1
    for task in extract_tasks:
        assert json.loads(json.dumps(task.data)) == task.data
        assert json.loads(json.dumps(task.meta)) == task.meta


def test_extract_shows_the_quirks_it_was_chosen_for(extract_tasks):
    data = [task.data for task in extract_tasks]
    assert sum(task["narrative_2"] is not None for task in data) >= 3
    assert any(not task["phases_reported"] for task in data)
    assert any("Other Airhold" in task["phases_unmapped"] for task in data)
    assert any(task["primary_problem"] is None for task in data)
    assert any(task["locale_deidentified"] for task in data)


def test_shared_file_phase_sets_match_the_known_counts(shared_tasks):
    counts = Counter(code for task in shared_tasks for code in task.data["phases_cictt"])
    assert counts == {"ENR": 581, "APR": 227, "LDG": 65, "ICL": 65, "TOF": 47, "TXI": 20, "STD": 12}
    assert sum(not task.data["phases_reported"] for task in shared_tasks) == 18
    assert sum(bool(task.data["phases_unmapped"]) for task in shared_tasks) == 70


def test_shared_file_texts_and_blanks_match_the_known_counts(shared_tasks):
    data = [task.data for task in shared_tasks]
    assert sum(task["narrative_2"] is not None for task in data) == 25
    assert sum(task["callback"] is not None or task["callback_2"] is not None for task in data) == 0
    assert sum(task["primary_problem"] is None for task in data) == 36
    assert sum(task["date"] < "2000" for task in data) == 566


def test_report_without_narrative_is_refused_with_its_line():
    with pytest.raises(AsrsError) as caught:
        report_to_task(AsrsReport(acn="7", line=9, cells={}))
    assert (caught.value.code, caught.value.line, caught.value.column) == ("no_narrative", 9, "Report 1 / Narrative")


@pytest.mark.parametrize("cell", ["198813", "198800", "1988", "19880101", "x", "187001", "\uff11988\uff101"])
def test_bad_date_is_refused_with_line_and_column(cell):
    with pytest.raises(AsrsError) as caught:
        report_to_task(report(Time__Date=cell))
    assert (caught.value.code, caught.value.line, caught.value.column) == ("bad_date", 9, "Time / Date")


def test_absent_date_stays_absent():
    data = report_to_task(report()).data
    assert (data["date"], data["date_precision"], data["aircraft"]) == (None, None, [])


@given(st.integers(1976, 2100), st.integers(1, 12))
def test_year_month_keeps_year_and_month(year, month):
    assert year_month(f"{year:04}{month:02}") == f"{year:04}-{month:02}"


@given(st.text(max_size=80))
def test_split_values_gives_distinct_trimmed_parts_in_order(cell):
    values = split_values(cell)
    assert len(set(values)) == len(values)
    assert all(value == value.strip() and value and ";" not in value for value in values)
    assert split_values("; ".join(values)) == values


def test_phases_map_merge_and_leave_the_unknown():
    phases = read_phases("Climb; Cruise; Takeoff / Launch; Other Airhold; Climb")
    assert phases.reported == ("Climb", "Cruise", "Takeoff / Launch", "Other Airhold")
    assert phases.cictt == ("ENR", "TOF")
    assert phases.unmapped == ("Other Airhold",)


@pytest.mark.parametrize(("values", "expected"), [(["ZZZ.Airport"], True), (["ZZZ"], True), (["BOS", "ZBW"], False)])
def test_zzz_means_removed_on_purpose(values, expected):
    assert mentions_deidentified(values) is expected
