"""Is this file an ASRS export?"""

import csv
import io
from itertools import islice
from pathlib import PurePath

from tenon_aviation.asrs.errors import AsrsError
from tenon_aviation.asrs.layout import is_field_row, read_layout
from tenon_aviation.asrs.lines import text_lines

HEAD_BYTES = 16_384
_SUFFIXES = {".csv", ".txt", ""}


def sniff(head: bytes, filename: str) -> bool:
    """Judge by the first bytes (`HEAD_BYTES` are enough) and the name; never raises for strange bytes."""
    if PurePath(filename).suffix.lower() not in _SUFFIXES:
        return False
    try:
        lines = list(islice(text_lines(io.BytesIO(head)), 3))
        rows = [row for row in csv.reader(lines) if row][:2]
        if not rows:
            return False
        read_layout(rows[0], None if is_field_row(rows[0]) or len(rows) == 1 else rows[1])
    except (AsrsError, csv.Error):
        return False
    return True
