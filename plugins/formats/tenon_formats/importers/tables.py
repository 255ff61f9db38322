"""What rows of a table become: a task's data, a column a key."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

from platform_core.sdk import ImportFormatError

MAX_COLUMNS: Final = 1_000
MAX_CELL_CHARACTERS: Final = 1_000_000


def checked_header(cells: Sequence[Any]) -> list[str]:
    """Return the names of the columns.

    Raises:
        ImportFormatError: there is none, one is empty or given twice, or there are too many.
    """
    names = ["" if cell is None else str(cell).strip() for cell in cells]
    while names and not names[-1]:
        names.pop()
    if not names:
        raise ImportFormatError("The first row must name the columns; it is empty.", line=1)
    if len(names) > MAX_COLUMNS:
        raise ImportFormatError(f"A table takes at most {MAX_COLUMNS} columns; this one has {len(names)}.", line=1)
    for place, name in enumerate(names):
        if not name:
            raise ImportFormatError(f"Column {place + 1} has no name.", line=1)
        if name in names[:place]:
            raise ImportFormatError(f"Column {name!r} is there twice.", line=1, key=name)
    return names


def plain_value(value: Any, *, item: int, key: str) -> Any:
    """Return a cell as JSON holds it: moments as ISO 8601, exact numbers and times as text.

    Raises:
        ImportFormatError: JSON cannot hold it, or it is too long.
    """
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        if len(value) > MAX_CELL_CHARACTERS:
            raise ImportFormatError(f"Error at item {item}: {key!r} is too long.", item=item, key=key)
        return value
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, timedelta | Decimal):
        return str(value)
    if isinstance(value, list):
        return [plain_value(one, item=item, key=key) for one in value]
    if isinstance(value, dict):
        return {str(name): plain_value(one, item=item, key=key) for name, one in value.items()}
    raise ImportFormatError(
        f"Error at item {item}: {key!r} holds {type(value).__name__}, which tasks cannot hold.", item=item, key=key
    )
