"""An ASRS report as a label task: `data` for the label config, `meta` for provenance."""

from dataclasses import dataclass
from typing import Any

from tenon_aviation.asrs.errors import AsrsError
from tenon_aviation.asrs.reader import AsrsReport
from tenon_aviation.asrs.values import mentions_deidentified, read_phases, split_values, year_month

SOURCE = "NASA ASRS Database Online"
DISCLAIMER = (
    "ASRS reports are voluntary, de-identified and unverified. They are not a statistical sample, "
    "and NASA does not vouch for what they say."
)
# Kept word for word in `data`, so `meta.raw` need not repeat them.
_TEXT_FIELDS = frozenset({"Narrative", "Callback", "Synopsis"})
_AIRCRAFT_FIELDS = {
    "make_model": "Make Model Name",
    "operator": "Aircraft Operator",
    "crew_size": "Crew Size",
    "far_part": "Operating Under FAR Part",
    "flight_plan": "Flight Plan",
    "mission": "Mission",
    "airspace": "Airspace",
    "atc": "ATC / Advisory",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AsrsTask:
    """What the importer hands to the core; both parts are JSON objects."""

    data: dict[str, Any]
    meta: dict[str, Any]


def report_to_task(report: AsrsReport) -> AsrsTask:
    """Make the task of a report; AsrsError (`bad_date`, `no_narrative`) names the line and column.

    Every key of `data` is always there: null for an absent text, an empty list for absent values. The phases at the
    top are those of Aircraft 1; each entry of `aircraft` has its own.
    """
    date = _date(report)
    data = {
        "acn": report.acn,
        "date": date,
        "date_precision": "month" if date else None,
        "time_of_day": report.cell("Time", "Local Time Of Day"),
        **_place(report),
        **_environment(report),
        **_texts(report),
        **_phases(report),
        **_events(report),
        "human_factors": _from_persons(report, "Human Factors"),
        "aircraft": _aircraft(report),
    }
    return AsrsTask(data=data, meta=_meta(report))


def _date(report: AsrsReport) -> str | None:
    cell = report.cell("Time", "Date")
    if cell is None:
        return None
    try:
        return year_month(cell)
    except ValueError as error:
        raise AsrsError("bad_date", str(error), line=report.line, column="Time / Date") from error


def _place(report: AsrsReport) -> dict[str, Any]:
    locales = split_values(report.cell("Place", "Locale Reference"))
    return {
        "locales": list(locales),
        "locale_deidentified": mentions_deidentified(locales),
        "state": report.cell("Place", "State Reference"),
    }


def _environment(report: AsrsReport) -> dict[str, Any]:
    return {
        "flight_conditions": report.cell("Environment", "Flight Conditions"),
        "light": report.cell("Environment", "Light"),
    }


def _texts(report: AsrsReport) -> dict[str, str | None]:
    narrative = report.cell("Report 1", "Narrative")
    if narrative is None:
        raise AsrsError(
            "no_narrative", f"report {report.acn} has no text", line=report.line, column="Report 1 / Narrative"
        )
    return {
        "narrative": narrative,
        "narrative_2": report.cell("Report 2", "Narrative"),
        "callback": report.cell("Report 1", "Callback"),
        "callback_2": report.cell("Report 2", "Callback"),
        "synopsis": report.cell("Report 1", "Synopsis"),
    }


def _phases(report: AsrsReport) -> dict[str, list[str]]:
    phases = read_phases(report.cell("Aircraft 1", "Flight Phase"))
    return {
        "phases_reported": list(phases.reported),
        "phases_cictt": list(phases.cictt),
        "phases_unmapped": list(phases.unmapped),
    }


def _events(report: AsrsReport) -> dict[str, Any]:
    return {
        "anomalies": list(split_values(report.cell("Events", "Anomaly"))),
        "detectors": list(split_values(report.cell("Events", "Detector"))),
        "results": list(split_values(report.cell("Events", "Result"))),
        "contributing_factors": list(split_values(report.cell("Assessments", "Contributing Factors / Situations"))),
        "primary_problem": report.cell("Assessments", "Primary Problem"),
    }


def _from_persons(report: AsrsReport, field: str) -> list[str]:
    values = (value for person in ("Person 1", "Person 2") for value in split_values(report.cell(person, field)))
    return list(dict.fromkeys(values))


def _aircraft(report: AsrsReport) -> list[dict[str, Any]]:
    return [
        {
            "position": position,
            **{key: report.cell(group, field) for key, field in _AIRCRAFT_FIELDS.items()},
            "phases_reported": list((phases := read_phases(report.cell(group, "Flight Phase"))).reported),
            "phases_cictt": list(phases.cictt),
        }
        for position in (1, 2)
        if (group := f"Aircraft {position}") in report.cells
    ]


def _meta(report: AsrsReport) -> dict[str, Any]:
    raw = {
        group or "Report": {field: text for field, text in fields.items() if field not in _TEXT_FIELDS}
        for group, fields in report.cells.items()
    }
    return {
        "source": SOURCE,
        "disclaimer": DISCLAIMER,
        "external_id": report.acn,
        "line": report.line,
        "raw": {group: fields for group, fields in raw.items() if fields},
    }
