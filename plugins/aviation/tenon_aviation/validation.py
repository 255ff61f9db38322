"""From the core's validation hooks to the rules and back."""

from collections.abc import Iterator, Mapping
from typing import Any

from platform_core.sdk import AnnotationContext, Issue, LabelConfigContext, TaxonomyRef
from tenon_aviation.models import PackStatus
from tenon_aviation.queries import load_packs
from tenon_aviation.rules import Finding, RequiredControl, check_coding, coding_from_result
from tenon_aviation.taxonomy.types import SLUG, PackRef

BINDABLE_TYPES = frozenset({"choices", "taxonomy"})


def annotation_issues(context: AnnotationContext, result: list[dict[str, Any]]) -> list[Issue]:
    """Run the rules over an annotation; nothing to say where no control is bound to a pack of this plugin."""
    bindings = own_bindings(context.bindings)
    if not bindings:
        return []
    coding = coding_from_result(
        result=result, bindings=bindings, required=tuple(required_controls(context.parsed, bindings))
    )
    packs = load_packs(schema=context.organization.schema, refs=bindings.values())
    return [issue_of(finding) for finding in check_coding(coding, packs)]


def label_config_issues(context: LabelConfigContext) -> list[Issue]:
    """Every binding must name an installed pack that is not retired, on a Choices or Taxonomy control."""
    bindings = own_bindings(context.bindings)
    packs = load_packs(schema=context.organization.schema, refs=bindings.values())
    issues = []
    for control, ref in bindings.items():
        pack = packs.get(ref)
        control_type = str(_entry(context.parsed, control).get("type", "")).lower()
        if pack is None:
            issues.append(_config_issue(control, f"'{control}': {ref} is not installed in this organization."))
        elif pack.status == PackStatus.RETIRED and str(ref) not in (context.previous or ""):
            issues.append(_config_issue(control, f"'{control}': {ref} is retired; bind to a released version."))
        if control_type and control_type not in BINDABLE_TYPES:
            issues.append(_config_issue(control, f"'{control}': only Choices and Taxonomy can be bound to {ref}."))
    return issues


def own_bindings(bindings: Mapping[str, TaxonomyRef]) -> dict[str, PackRef]:
    """The bindings that belong to this plugin."""
    return {control: PackRef(key=ref.key, version=ref.version) for control, ref in bindings.items() if ref.slug == SLUG}


def required_controls(parsed: Mapping[str, Any], bindings: Mapping[str, PackRef]) -> Iterator[RequiredControl]:
    """Each bound pack must be coded from at least once, whichever of its controls is used.

    A pack is left out when all its controls are shown under a condition, for then they may never have been shown. What
    else the config marks as required is the core's to check.
    """
    controls: dict[PackRef, list[str]] = {}
    for control, ref in bindings.items():
        if "conditionals" not in _entry(parsed, control):
            controls.setdefault(ref, []).append(control)
    for ref, (first, *others) in controls.items():
        yield RequiredControl(name=first, title=f"from {ref}", alternatives=tuple(others))


def issue_of(finding: Finding) -> Issue:
    """The core's form of a finding; the rule id is the code."""
    return Issue(
        severity=finding.severity.value,
        code=finding.rule,
        message=finding.message,
        region=finding.region,
        key=finding.control,
    )


def _entry(parsed: Mapping[str, Any], control: str) -> Mapping[str, Any]:
    entry = parsed.get(control)
    return entry if isinstance(entry, Mapping) else {}


def _config_issue(control: str, message: str) -> Issue:
    return Issue(severity="error", code="V-TREE", message=message, key=control)
