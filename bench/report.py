"""Writes docs/benchmarks.md from the figures of one run."""

from pathlib import Path
from typing import Any

from bench.figures import Figure, table

TEXT = """# Benchmarks

Figures of one run of `make bench` (`make bench ARGS=--write`) on {date}, medians of {repeat} passes each.

Machine: {processors}, {memory}, {system}; Python {python}. The load client, two web processes of four threads each
(granian, production settings) and the PostgreSQL 18 of the `embedded` extra, durable (fsync and synchronous commit on),
share it; all of them ran at niceness {niceness}. Each figure stands beside its limit of the same run; passes of the two
take turns. *Foreign CPU* is the share of the machine that processes of others took while the line was measured: above
some 15 % read the ratio, not the time, and repeat the run on a quiet machine before trusting either.

{table}

How each is measured is written in `bench/`: one file a group. Numbers behind the table (CPU milliseconds of server and
database, every median) are in `bench/results/*.json`, which is not committed.
"""


def write_document(path: Path, facts: dict[str, Any], figures: list[Figure]) -> None:
    """Write the document."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(TEXT.format(**facts, table=table(figures)), encoding="utf-8")
