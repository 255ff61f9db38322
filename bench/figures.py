"""One measured figure, its limit and its goal; the table they make."""

import statistics
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A line of the table.

    Attributes:
        name: what was measured.
        measured, limit: with their units, as shown.
        value: the figure that the goal speaks of.
        goal: as in "at most 1.3".
        met: whether the goal is reached; None for a line without a goal.
        foreign: median share of the machine that strangers took meanwhile; None where nobody measured it.
        details: further numbers, for the JSON alone.
    """

    name: str
    measured: str
    limit: str
    value: float
    goal: str = ""
    met: bool | None = None
    foreign: float | None = None
    details: dict[str, object] = field(default_factory=dict)


def at_most(value: float, bound: float, unit: str = "") -> dict[str, object]:
    """Return the fields of a figure that must not exceed a bound."""
    return {"value": value, "goal": f"at most {bound:g}{unit}", "met": value <= bound}


def at_least(value: float, bound: float, unit: str = "") -> dict[str, object]:
    """Return the fields of a figure that must reach a bound."""
    return {"value": value, "goal": f"at least {bound:g}{unit}", "met": value >= bound}


def medians(passes: list[dict[str, float]]) -> dict[str, float]:
    """Return the median of each number over the passes."""
    return {name: statistics.median(one[name] for one in passes) for name in passes[0]}


def interleaved(repeat: int, *parts: Callable[[], dict[str, float]]) -> list[list[dict[str, float]]]:
    """Run the parts in turn, `repeat` times, so that a slow minute of the machine hits all of them alike."""
    passes: list[list[dict[str, float]]] = [[] for _ in parts]
    for _ in range(repeat):
        for results, part in zip(passes, parts, strict=True):
            results.append(part())
    return passes


def table(figures: list[Figure]) -> str:
    """Return the figures as a Markdown table."""
    rows = [
        "| What | Measured | Limit in the same run | Result | Goal | Met | Foreign CPU |",
        "|---|---|---|---|---|---|---|",
    ]
    for figure in figures:
        foreign = "not measured" if figure.foreign is None else f"{figure.foreign:.0%}"
        met = "" if figure.met is None else "yes" if figure.met else "**no**"
        rows.append(
            f"| {figure.name} | {figure.measured} | {figure.limit} | {figure.value:.3g} | {figure.goal} | {met} | "
            f"{foreign} |"
        )
    return "\n".join(rows)
