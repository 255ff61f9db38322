"""Run all rules over one coding."""

from collections.abc import Mapping

from tenon_aviation.rules.coding import Coding
from tenon_aviation.rules.exclusive import check_exclusive
from tenon_aviation.rules.phase import check_phase
from tenon_aviation.rules.required import check_required
from tenon_aviation.rules.resolved import resolve_coding
from tenon_aviation.rules.tree import check_tree
from tenon_aviation.rules.types import Finding, PhasePolicy
from tenon_aviation.taxonomy.types import Pack, PackRef


def check_coding(
    coding: Coding, packs: Mapping[PackRef, Pack], *, phase_policy: PhasePolicy = PhasePolicy.ENFORCE
) -> tuple[Finding, ...]:
    """Findings of V-TREE, V-REQ, V-EXCL and V-PHASE, in this order; pure, deterministic, no database.

    A pack that a control is bound to but `packs` lacks is itself an error (V-TREE, `pack_missing`).
    """
    resolved = resolve_coding(coding, packs)
    return (
        *check_tree(resolved),
        *check_required(resolved),
        *check_exclusive(resolved),
        *check_phase(resolved, phase_policy),
    )
