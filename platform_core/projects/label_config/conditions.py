"""Which required controls lack an answer, given what the annotator could see."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from platform_core.projects.label_config.errors import ResultIssue
from platform_core.projects.label_config.types import Control, LabelConfig, Visibility

Region = Mapping[str, Any]


def missing_required(config: LabelConfig, result: Sequence[object]) -> list[ResultIssue]:
    """Issues for required controls without an answer: of the task, and of each region for `perRegion` controls."""
    regions = [region for region in result if isinstance(region, dict) and region.get("type") != "relation"]
    issues: list[ResultIssue] = []
    for control in config.controls.values():
        if control.required and not control.index_flags:
            find = _missing_in_regions if control.per_region else _missing_in_task
            issues.extend(find(control, config, regions))
    return issues


def _missing_in_task(control: Control, config: LabelConfig, regions: Sequence[Region]) -> Iterator[ResultIssue]:
    if any(region.get("from_name") == control.name and _has_content(control, region) for region in regions):
        return
    if all(_shown_for_task(condition, config, regions) for condition in control.visibility):
        yield _issue(control, control.attributes.get("requiredMessage") or "needs an answer")


def _shown_for_task(condition: Visibility, config: LabelConfig, regions: Sequence[Region]) -> bool:
    """False where the control was hidden, or shown only by what was selected on the screen, which no result records."""
    if condition.visible_when in {None, ""}:
        return True
    if condition.visible_when not in {"choice-selected", "choice-unselected"}:
        return False
    chosen = [
        value
        for region in regions
        if not condition.tag_names or region.get("from_name") in condition.tag_names
        for value in _labels_of(config, region)
    ]
    is_chosen = any(value in condition.values for value in chosen) if condition.values else bool(chosen)
    return is_chosen == (condition.visible_when == "choice-selected")


def _missing_in_regions(control: Control, config: LabelConfig, regions: Sequence[Region]) -> Iterator[ResultIssue]:
    answered = {
        region.get("id")
        for region in regions
        if region.get("from_name") == control.name and _has_content(control, region)
    }
    reported: set[object] = set()
    for index, region in enumerate(regions):
        identifier = region.get("id")
        if identifier is None or identifier in answered or identifier in reported:
            continue
        if _is_drawn(config, control, region) and all(
            _shown_for_region(condition, config, identifier, regions) for condition in control.visibility
        ):
            reported.add(identifier)
            message = f"needs an answer for the region '{str(identifier)[:64]}'"
            yield _issue(control, control.attributes.get("requiredMessage") or message, index, str(identifier))


def _is_drawn(config: LabelConfig, control: Control, region: Region) -> bool:
    """True for the result that makes a region on an object of this control, not one that answers about it."""
    maker = config.controls.get(str(region.get("from_name")))
    if maker is None or maker.per_region or region.get("to_name") not in control.to_name:
        return False
    return maker.spec.geometry is not None or maker.tag == "Labels"


def _shown_for_region(
    condition: Visibility, config: LabelConfig, identifier: object, regions: Sequence[Region]
) -> bool:
    if condition.visible_when == "no-region-selected":
        return False
    same = [region for region in regions if region.get("id") == identifier]
    if condition.tag_names:
        same = [
            region for region in same if {region.get("from_name"), region.get("to_name")} & set(condition.tag_names)
        ]
    if not condition.values:
        return bool(same)
    return any(value in condition.values for region in same for value in _labels_of(config, region))


def _labels_of(config: LabelConfig, region: Region) -> list[str]:
    """The labels or choices that a result carries; of a path, every step."""
    value = region.get("value")
    control = config.controls.get(str(region.get("from_name")))
    if control is None or not isinstance(value, dict):
        return []
    labels = value.get(control.spec.label_key or "labels")
    found: list[str] = []
    for label in labels if isinstance(labels, list) else ():
        found.extend(label if isinstance(label, list) else [label])
    return found


def _has_content(control: Control, region: Region) -> bool:
    value = region.get("value")
    if not isinstance(value, dict) or not value:
        return False
    if control.tag == "TextArea":
        return any(isinstance(text, str) and text.strip() for text in value.get("text") or ())
    return bool(value.get(control.spec.label_key)) if control.spec.label_key else True


def _issue(control: Control, message: str, index: int | None = None, region: str | None = None) -> ResultIssue:
    return ResultIssue(
        severity="error",
        code="required",
        message=f"{control.tag} '{control.name}': {message}",
        index=index,
        region=region,
        control=control.name,
    )
