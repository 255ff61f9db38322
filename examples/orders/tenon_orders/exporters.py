"""A file for the warehouse: what to pack, for each task that an order was read from."""

import csv
import io
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import BinaryIO

from platform_core.sdk import ExportContext, ExportedTask, ExporterSpec
from tenon_orders.queries import orders_of_tasks

TASKS_AT_ONCE = 500
COLUMNS = ("task", "order", "product", "quantity", "price_cents")


def write_packing_list(tasks: Iterator[ExportedTask], out: BinaryIO, context: ExportContext) -> None:  # noqa: ARG001
    """Write a line for each line of an order; one query for 500 tasks."""
    out.write(_line(COLUMNS))
    while batch := [task.id for task in islice(tasks, TASKS_AT_ONCE)]:
        found = orders_of_tasks(batch)
        for row in (row for task in batch for row in found.get(task, ())):
            shown = ("order__task_id", "order_id", "product__name", "quantity", "price_cents")
            out.write(_line([row[name] for name in shown]))


def _line(cells: Iterable[object]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerow([_cell(value) for value in cells])
    return text.getvalue().encode()


def _cell(value: object) -> object:
    """Keep a spreadsheet from taking a product's name for a formula."""
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@\t\r" else value


PACKING_LIST = ExporterSpec(
    key="packing_list",
    title="Packing list (CSV)",
    description="A line for each product of the orders that were read from the project's tasks.",
    content_type="text/csv",
    extension=".csv",
    write=write_packing_list,
)
