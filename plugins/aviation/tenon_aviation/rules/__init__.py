"""Coding rules: pure functions over a `Coding` and the packs its controls are bound to."""

from tenon_aviation.rules.coding import Coding, RequiredControl, Selection, coding_from_result
from tenon_aviation.rules.engine import check_coding
from tenon_aviation.rules.types import Finding, PhasePolicy, Severity

__all__ = [
    "Coding",
    "Finding",
    "PhasePolicy",
    "RequiredControl",
    "Selection",
    "Severity",
    "check_coding",
    "coding_from_result",
]
