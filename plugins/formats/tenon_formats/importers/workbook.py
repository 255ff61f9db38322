"""XLSX: the first sheet of a workbook, a task a row, the first row names the columns.

A workbook is a zip archive of XML files. It is looked at before anything is unpacked: how many parts, how big they say
they are, how much smaller they were made; and what is unpacked is counted, because what an archive says may be wrong.
XML is read by defusedxml, which openpyxl takes where it is installed: no entities, no DTD.
"""

import shutil
import tempfile
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, Any, BinaryIO, Final

import defusedxml
import openpyxl
from openpyxl.xml import DEFUSEDXML

from platform_core.sdk import ImportedTask, ImportFormatError
from tenon_formats.importers.tables import checked_header, plain_value

MAX_ENTRIES: Final = 2_000
MAX_UNPACKED_BYTES: Final = 512 * 1024 * 1024
MAX_RATIO: Final = 200
SMALL_BYTES: Final = 1024 * 1024
MAX_ROWS: Final = 1_048_576
SHARED_STRINGS: Final = "xl/sharedStrings.xml"
MAX_SHARED_STRINGS_BYTES: Final = 64 * 1024 * 1024
SPOOL_BYTES: Final = 8 * 1024 * 1024
NOT_A_WORKBOOK: Final = "This is no XLSX workbook that can be read."


def read_xlsx(stream: BinaryIO) -> Iterator[ImportedTask]:
    """Yield a task for each row of the first sheet that is not empty.

    Raises:
        ImportFormatError: the file is no workbook, is built to be huge when unpacked, or a cell cannot be held.
    """
    if not DEFUSEDXML:
        raise ImportFormatError(f"XLSX cannot be read safely here: defusedxml {defusedxml.__version__} is not in use.")
    with tempfile.SpooledTemporaryFile(max_size=SPOOL_BYTES) as file:
        shutil.copyfileobj(stream, file)
        check_archive(file)
        with warnings.catch_warnings():
            # About styles and extensions that are not kept.
            warnings.simplefilter("ignore")
            yield from _tasks(file)


def _tasks(file: Any) -> Iterator[ImportedTask]:
    try:
        book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False, keep_vba=False)
    except Exception as error:
        raise ImportFormatError(NOT_A_WORKBOOK) from error
    try:
        sheet = next(iter(book.worksheets), None)
        if sheet is None:
            raise ImportFormatError("The workbook has no sheet.")
        # What a file says about its size may be wrong; without it rows are read as they come.
        sheet.reset_dimensions()
        yield from _rows(_cells(sheet))
    finally:
        book.close()


def _cells(sheet: Any) -> Iterator[tuple[Any, ...]]:
    """Yield rows; whatever openpyxl makes of a broken sheet becomes one error."""
    rows = sheet.iter_rows(values_only=True)
    while True:
        try:
            row = next(rows)
        except StopIteration:
            return
        except Exception as error:
            raise ImportFormatError(NOT_A_WORKBOOK) from error
        yield row


def _rows(rows: Iterator[tuple[Any, ...]]) -> Iterator[ImportedTask]:
    names = checked_header(next(rows, ()))
    item = 0
    for line, cells in enumerate(rows, start=2):
        if line > MAX_ROWS:
            raise ImportFormatError(f"A sheet takes at most {MAX_ROWS} rows.", line=line)
        if any(cell is not None for cell in cells[len(names) :]):
            raise ImportFormatError(f"Error at item {item}: row {line} has more cells than the header.", item=item)
        if any(cell is not None for cell in cells):
            padded = (*cells, *[None] * (len(names) - len(cells)))
            data = {name: plain_value(cell, item=item, key=name) for name, cell in zip(names, padded, strict=False)}
            yield ImportedTask(data=data, item=item, line=line)
            item += 1


def check_archive(file: IO[bytes]) -> None:
    """Refuse an archive that would be huge when unpacked.

    Raises:
        ImportFormatError: it is, or it is no archive.
    """
    try:
        with zipfile.ZipFile(file) as packed:
            parts = packed.infolist()
            _check_sizes(parts)
            for part in parts:
                _check_real_size(packed, part)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, NotImplementedError, RuntimeError) as error:
        if isinstance(error, ImportFormatError):
            raise
        raise ImportFormatError(NOT_A_WORKBOOK) from error
    finally:
        file.seek(0)


def _check_sizes(parts: list[zipfile.ZipInfo]) -> None:
    if len(parts) > MAX_ENTRIES:
        raise ImportFormatError(f"The workbook has {len(parts)} parts; at most {MAX_ENTRIES} are read.")
    if sum(part.file_size for part in parts) > MAX_UNPACKED_BYTES:
        raise ImportFormatError(f"The workbook is over {MAX_UNPACKED_BYTES} bytes when unpacked.")
    for part in parts:
        if part.file_size > SMALL_BYTES and part.file_size > MAX_RATIO * max(part.compress_size, 1):
            raise ImportFormatError(f"A part of the workbook is over {MAX_RATIO} times its size when unpacked.")
        if part.filename == SHARED_STRINGS and part.file_size > MAX_SHARED_STRINGS_BYTES:
            # The only part that is held in memory as a whole.
            raise ImportFormatError(f"The texts of the workbook are over {MAX_SHARED_STRINGS_BYTES} bytes.")


def _check_real_size(packed: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """Unpack a part into nothing; `zipfile` gives no more than the part says, and checks what it gives."""
    with packed.open(part) as content:
        while content.read(SPOOL_BYTES):
            pass
