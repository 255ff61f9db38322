"""The data behind the rules, read from `cictt.json`: pairs, groups of phases and kinds of categories."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

CICTT_CATEGORIES = "cictt"
CICTT_PHASES = "cictt_phases"

DATA_FILE = Path(__file__).parent / "cictt.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """Two categories that cannot both be true, and why."""

    first: str
    second: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CicttPolicy:
    """Facts about CICTT codes that more than one version shares.

    Attributes:
        alone: code to the reason why it must stand alone.
        phase_exempt_with: a category whose usual phases do not count when one of these is coded too.
    """

    exclusions: tuple[Exclusion, ...]
    alone: Mapping[str, str]
    unknown_phase: str
    ground_phases: frozenset[str]
    airborne_phases: frozenset[str]
    ground_only: frozenset[str]
    airborne_only: frozenset[str]
    phase_exempt_with: Mapping[str, frozenset[str]]


@cache
def cictt_policy() -> CicttPolicy:
    """The policy that ships with this version of the plugin."""
    raw = json.loads(DATA_FILE.read_text(encoding="utf-8"))
    return CicttPolicy(
        exclusions=tuple(Exclusion(**pair) for pair in raw["exclusions"]),
        alone=raw["alone"],
        unknown_phase=raw["unknown_phase"],
        ground_phases=frozenset(raw["ground_phases"]),
        airborne_phases=frozenset(raw["airborne_phases"]),
        ground_only=frozenset(raw["ground_only"]),
        airborne_only=frozenset(raw["airborne_only"]),
        phase_exempt_with={code: frozenset(others) for code, others in raw["phase_exempt_with"].items()},
    )
