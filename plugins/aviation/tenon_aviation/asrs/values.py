"""Values inside a cell: lists, dates, phases."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from tenon_aviation.taxonomy.loader import shipped_pack

_YEAR_MONTH = re.compile(r"([0-9]{4})(0[1-9]|1[0-2])")
_FIRST_YEAR = 1976  # the programme began then; anything before is a typing error


@dataclass(frozen=True, slots=True, kw_only=True)
class Phases:
    """Flight phases of one aircraft.

    Attributes:
        reported: distinct values as written, in order.
        cictt: distinct CICTT phase codes they stand for, in order.
        unmapped: reported values that stand for none; a person must decide.
    """

    reported: tuple[str, ...]
    cictt: tuple[str, ...]
    unmapped: tuple[str, ...]


def split_values(cell: str | None) -> tuple[str, ...]:
    """Distinct values of a cell that joins them by semicolons, in order."""
    parts = (part.strip() for part in (cell or "").split(";"))
    return tuple(dict.fromkeys(part for part in parts if part))


def year_month(cell: str) -> str:
    """`198801` to `1988-01`; ValueError for anything else. ASRS gives no day, so none is invented."""
    match = _YEAR_MONTH.fullmatch(cell)
    if match is None:
        raise ValueError(f"{cell[:40]!r} is not of the form YYYYMM")
    if int(match[1]) < _FIRST_YEAR:
        raise ValueError(f"{cell!r} is before {_FIRST_YEAR}, when ASRS began")
    return f"{match[1]}-{match[2]}"


def read_phases(cell: str | None) -> Phases:
    """Split a flight-phase cell and map what can be mapped."""
    reported = split_values(cell)
    table = _phase_table()
    mapped = (table[value] for value in reported if value in table)
    return Phases(
        reported=reported,
        cictt=tuple(dict.fromkeys(mapped)),
        unmapped=tuple(value for value in reported if value not in table),
    )


def mentions_deidentified(values: Iterable[str]) -> bool:
    """ZZZ stands for a place that was removed on purpose, which is not the same as an unknown one."""
    return any(value.partition(".")[0].upper() == "ZZZ" for value in values)


@cache
def _phase_table() -> Mapping[str, str]:
    """ASRS phase to the code of the CICTT phase (top level) that carries it in the shipped pack."""
    pack = shipped_pack("cictt_phases", "1.3")
    return {name: pack.path(node)[0].code for node in pack.nodes for name in node.external_ids.get("asrs", ())}
