"""Filters and orders of task lists: read, checked against an allow-list of columns, compiled to SQL with parameters."""

from platform_core.tasks.filters.columns import CORE_COLUMNS, with_columns
from platform_core.tasks.filters.compiler import CompiledQuery, compile_query
from platform_core.tasks.filters.document import (
    json_of,
    read_filters,
    read_include,
    read_ordering,
    read_parts,
    read_query,
    read_selection,
)
from platform_core.tasks.filters.types import KINDS, Column, Group, OrderTerm, Selection, TaskQuery

__all__ = [
    "CORE_COLUMNS",
    "KINDS",
    "Column",
    "CompiledQuery",
    "Group",
    "OrderTerm",
    "Selection",
    "TaskQuery",
    "compile_query",
    "json_of",
    "read_filters",
    "read_include",
    "read_ordering",
    "read_parts",
    "read_query",
    "read_selection",
    "with_columns",
]
