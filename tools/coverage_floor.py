"""Coverage floors of packages: `coverage report` knows only one floor for everything.

`python -m tools.coverage_floor coverage.json "tenants,platform_core/members/permissions.py=100" ...` prints each
group's figure and the lines that miss it, and fails below the floor. A figure counts lines and branches alike, as
coverage does.
"""

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Floor:
    """What a group of files must reach.

    Attributes:
        places: files and folders, relative to the root.
        per_cent: of lines and branches.
    """

    places: tuple[str, ...]
    per_cent: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """What a group of files reached.

    Attributes:
        files: how many were measured.
        missing: path to lines never run and branches never taken.
    """

    files: int
    per_cent: float
    missing: Mapping[str, tuple[str, ...]]


def read_floor(text: str) -> Floor:
    """Read `place,place=per cent`."""
    places, _equals, per_cent = text.rpartition("=")
    if not places:
        raise ValueError(f"{text!r} is not of the form place,place=per cent")
    return Floor(places=tuple(places.split(",")), per_cent=float(per_cent))


def measure(report: Mapping[str, Any], places: tuple[str, ...]) -> Reached:
    """Return what the files of a group reached in coverage's JSON report."""
    total = covered = 0
    missing: dict[str, tuple[str, ...]] = {}
    chosen = {path: facts for path, facts in report["files"].items() if _is_in(path, places)}
    for path, facts in sorted(chosen.items()):
        summary = facts["summary"]
        total += summary["num_statements"] + summary["num_branches"]
        covered += summary["covered_lines"] + summary["covered_branches"]
        gaps = [str(line) for line in facts["missing_lines"]]
        gaps += [f"{start}->{end}" for start, end in facts["missing_branches"] if start not in facts["missing_lines"]]
        if gaps:
            missing[path] = tuple(gaps)
    return Reached(files=len(chosen), per_cent=100 * covered / total if total else 100.0, missing=missing)


def _is_in(path: str, places: tuple[str, ...]) -> bool:
    path = path.replace("\\", "/")
    return any(path == place or path.startswith(f"{place.rstrip('/')}/") for place in places)


def main(arguments: list[str]) -> int:
    """Check all floors; returns the exit code."""
    report = json.loads(Path(arguments[0]).read_text(encoding="utf-8"))
    failed = False
    for floor in map(read_floor, arguments[1:]):
        reached = measure(report, floor.places)
        # A renamed package must not pass because nothing of it is measured any more.
        bad = not reached.files or reached.per_cent < floor.per_cent
        failed = failed or bad
        print(f"{reached.per_cent:6.2f} % of {', '.join(floor.places)} (floor {floor.per_cent:g} %)")
        if bad:
            print("".join(f"  {path}: {', '.join(gaps)}\n" for path, gaps in reached.missing.items()) or "  no file")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
