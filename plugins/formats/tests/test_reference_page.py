"""The page of formats names those of the code, and no others."""

import re
from pathlib import Path

from tenon_formats.exporters.parquet import PARQUET
from tenon_formats.importers import parquet
from tenon_formats.plugin import EXPORTERS, IMPORTERS

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "formats.md"


def rows(heading):
    section = PAGE.read_text().split(f"## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| `") and "export_type" not in line]
    return [re.findall(r"`([^`]+)`", line) for line in lines]


def test_exports_are_those_of_the_code():
    found = {cells[0]: cells[1] for cells in rows("Exports")}
    core = {"JSON": ".json", "CSV": ".csv", "TSV": ".tsv"}
    assert found == core | {spec.name: spec.extension for spec in (*EXPORTERS, PARQUET)}


def test_imports_of_the_plugin_are_those_of_the_code():
    found = {cells[0]: tuple(cells[1:2]) for cells in rows("Imports") if cells[0].startswith("formats.")}
    assert found == {f"formats.{spec.key}": spec.extensions for spec in (*IMPORTERS, parquet.PARQUET)}
