"""Which column holds what: the group row tells repeated field names apart, or their order does where it is missing."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType

from tenon_aviation.asrs.errors import AsrsError

Row = Sequence[str]

_SINGLE = {
    "Time": "Date|Local Time Of Day",
    "Place": "Locale Reference|State Reference|Relative Position.Angle.Radial|"
    "Relative Position.Distance.Nautical Miles|Altitude.AGL.Single Value|Altitude.MSL.Single Value|"
    "Latitude / Longitude (UAS)",
    "Environment": "Flight Conditions|Weather Elements / Visibility|Work Environment Factor|Light|Ceiling|"
    "RVR.Single Value",
    "Component": "Aircraft Component|Manufacturer|Aircraft Reference|Problem",
    "Events": "Anomaly|Miss Distance|Were Passengers Involved In Event|Detector|When Detected|Result",
    "Assessments": "Contributing Factors / Situations|Primary Problem",
    "Report 1": "Synopsis",
}
_NUMBERED = {
    "Aircraft": "ATC / Advisory|Aircraft Operator|Make Model Name|Aircraft Zone|Crew Size|Operating Under FAR Part|"
    "Flight Plan|Mission|Nav In Use|Flight Phase|Route In Use|Airspace|Maintenance Status.Maintenance Deferred|"
    "Maintenance Status.Records Complete|Maintenance Status.Released For Service|"
    "Maintenance Status.Required / Correct Doc On Board|Maintenance Status.Maintenance Type|"
    "Maintenance Status.Maintenance Items Involved|Cabin Lighting|Number Of Seats.Number|Passengers On Board.Number|"
    "Crew Size Flight Attendant.Number Of Crew|Airspace Authorization Provider (UAS)|"
    "Operating Under Waivers / Exemptions / Authorizations (UAS)|Waivers / Exemptions / Authorizations (UAS)|"
    "Airworthiness Certification (UAS)|Weight Category (UAS)|Configuration (UAS)|Flight Operated As (UAS)|"
    "Flight Operated with Visual Observer (UAS)|Control Mode (UAS)|Flying In / Near / Over (UAS)|"
    "Passenger Capable (UAS)|Type (UAS)|Number of UAS Being Controlled (UAS)",
    "Person": "Location Of Person|Location In Aircraft|Reporter Organization|Function|Qualification|Experience|"
    "Cabin Activity|Human Factors|Communication Breakdown|UAS Communication Breakdown|"
    "ASRS Report Number.Accession Number",
    "Report": "Narrative|Callback",
}
_GROUP_OF = MappingProxyType(
    {field: group for group, fields in _SINGLE.items() for field in fields.split("|")}
    | {field: f"{group} #" for group, fields in _NUMBERED.items() for field in fields.split("|")}
)
# Spreadsheet and data-frame tools number repeated names: "Narrative.1".
_TOOL_SUFFIX = re.compile(r"\.\d+$")
_ACN = "ACN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A named column; `group` is empty for the accession number and for unknown fields without a group row."""

    index: int
    group: str
    field: str

    @property
    def title(self) -> str:
        """`Group / Field`, as messages name it."""
        return f"{self.group} / {self.field}" if self.group else self.field


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The columns of a file; `width` counts unnamed trailing columns too."""

    columns: tuple[Column, ...]
    width: int
    has_group_row: bool


def is_field_row(row: Row) -> bool:
    """Does the row name the fields? It begins with `ACN`."""
    return bool(row) and _clean(row[0]) == _ACN


def read_layout(first: Row, second: Row | None, *, line: int = 1) -> Layout:
    """Make the layout of one or two header rows; AsrsError when they are not ASRS's."""
    if is_field_row(first):
        return _layout(_ungrouped(first), width=len(first), has_group_row=False, line=line)
    if second is None or not is_field_row(second):
        raise AsrsError("not_asrs", "no header row that begins with 'ACN': this is not an ASRS export", line=line)
    return _layout(_grouped(first, second), width=len(second), has_group_row=True, line=line)


def _clean(cell: str) -> str:
    return " ".join(cell.split())


def _grouped(groups: Row, fields: Row) -> list[Column]:
    columns: list[Column] = []
    group = ""
    for index, name in enumerate(map(_clean, fields)):
        own = _clean(groups[index]) if index < len(groups) else ""
        # Merged header cells leave the group only in the first of its columns.
        group = own or group
        if name:
            columns.append(Column(index=index, group=group, field=name))
    return columns


def _ungrouped(fields: Row) -> list[Column]:
    columns: list[Column] = []
    seen: Counter[str] = Counter()
    for index, name in enumerate(map(_clean, fields)):
        base = _TOOL_SUFFIX.sub("", name)
        field = base if base in _GROUP_OF else name
        seen[field] += 1
        if field:
            group = _GROUP_OF.get(field, "").replace("#", str(seen[field]))
            columns.append(Column(index=index, group=group, field=field))
    return columns


def _layout(columns: list[Column], *, width: int, has_group_row: bool, line: int) -> Layout:
    counts = Counter((column.group, column.field) for column in columns)
    for column in columns:
        if counts[column.group, column.field] > 1:
            raise AsrsError("repeated_column", "the column appears twice", line=line, column=column.title)
    if ("Report 1", "Narrative") not in counts:
        raise AsrsError("missing_column", "the column is missing", line=line, column="Report 1 / Narrative")
    return Layout(columns=tuple(columns), width=width, has_group_row=has_group_row)
