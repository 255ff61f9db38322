"""PostgreSQL's COPY text format: rows into it, JSON and CSV out of it. Knows neither connection nor models."""

from platform_core.tasks.copying.csv_export import CellForm, csv_stream
from platform_core.tasks.copying.decoding import json_array_stream, unescape
from platform_core.tasks.copying.encoding import Column, Constant, RowEncoder, copy_text

__all__ = ["CellForm", "Column", "Constant", "RowEncoder", "copy_text", "csv_stream", "json_array_stream", "unescape"]
