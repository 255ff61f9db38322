"""How a person reads dates and numbers: what their account says, and the formatting that follows from it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import Final, Literal
from zoneinfo import ZoneInfo, available_timezones


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def is_time_zone(name: str) -> bool:
    """Say whether the time zone database knows a name."""
    return name in _zones()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportPreferences:
    """Preferences for tables that people read. Programs get `NEUTRAL`, which is no one's: UTC, ISO 8601, decimal dots.

    Attributes:
        time_zone: name in the time zone database.
        date_format: YMD is ISO 8601's order.
        list_separator: between the cells of a table.
    """

    time_zone: str = "UTC"
    time_format: Literal["12H", "24H"] = "24H"
    date_format: Literal["DMY", "MDY", "YMD"] = "YMD"
    date_separator: str = "-"
    datetime_separator: str = "T"
    decimal_separator: str = "."
    list_separator: str = ","

    def day(self, value: date) -> str:
        """Return a date, as 31/12/2026."""
        parts = {"D": f"{value.day:02}", "M": f"{value.month:02}", "Y": f"{value.year:04}"}
        return self.date_separator.join(parts[letter] for letter in self.date_format)

    def moment(self, value: datetime) -> str:
        """Return a time to the second in the person's time zone; one without a zone is UTC."""
        aware = value if value.tzinfo is not None else value.replace(tzinfo=UTC)
        local = aware.astimezone(ZoneInfo(self.time_zone))
        clock = f"{local:%H:%M:%S}" if self.time_format == "24H" else f"{local:%I:%M:%S %p}"
        return f"{self.day(local)}{self.datetime_separator}{clock}"

    def number(self, value: float | Decimal) -> str:
        """Return a number with all its digits and no separators of thousands."""
        return str(value).replace(".", self.decimal_separator)


NEUTRAL: Final = ExportPreferences()
