"""What results may come from a config, compiled once: per control the names, types, schemas and rules."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import jsonschema_rs

from platform_core.projects.label_config.region_rules import (
    Rule,
    label_rule,
    needs_companion,
    rules_of,
    shared_label_rule,
)
from platform_core.projects.label_config.schemas import structural_schema
from platform_core.projects.label_config.types import Control, LabelConfig, ObjectTag


@dataclass(frozen=True, slots=True, kw_only=True)
class ValuePlan:
    """How a value of one type is checked.

    Attributes:
        schema: compiled; its messages never repeat the value.
        rules: run when the schema is content.
        span_or_companion: without start and end, a shape of the same id must stand in the same result.
    """

    schema: jsonschema_rs.Validator
    rules: tuple[Rule, ...] = ()
    span_or_companion: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionPlan:
    """How the results of one control are checked.

    Attributes:
        to_names: what `to_name` may be.
        values: by result type; the control's own type first, then merged ones.
        geometry: name of the shape that it draws, if any.
        one_per_task: two results for one object contradict each other.
        span_required: a value must have start and end.
    """

    name: str
    to_names: frozenset[str]
    values: Mapping[str, ValuePlan]
    geometry: str | None = None
    one_per_task: bool = False
    span_required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatedPlan:
    """The plan of a control inside a Repeater: the names of a result tell which copy it belongs to."""

    pattern: re.Pattern[str]
    flags: tuple[str, ...]
    plan: RegionPlan

    def copy_for(self, name: str) -> RegionPlan | None:
        """The plan of the copy that is called `name`, or None where it is no copy of this control."""
        match = self.pattern.fullmatch(name)
        if match is None:
            return None
        to_names = self.plan.to_names
        for flag, index in zip(self.flags, match.groups(), strict=True):
            to_names = frozenset(target.replace(flag, index) for target in to_names)
        plan = self.plan
        return RegionPlan(
            name=name,
            to_names=to_names,
            values=plan.values,
            geometry=plan.geometry,
            one_per_task=plan.one_per_task,
            span_required=plan.span_required,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultPlan:
    """Every control of a config, compiled."""

    by_name: Mapping[str, RegionPlan]
    repeated: tuple[RepeatedPlan, ...] = ()
    relation_labels: frozenset[str] = field(default_factory=frozenset)

    def find(self, name: str) -> RegionPlan | None:
        """The plan of the control called `name`, copies of a Repeater included."""
        found = self.by_name.get(name)
        if found is None and self.repeated:
            found = next((plan for one in self.repeated if (plan := one.copy_for(name))), None)
        return found


def compile_plan(config: LabelConfig) -> ResultPlan:
    """Compile the schemas and rules of a config; takes about 50 microseconds a control."""
    plans: dict[str, RegionPlan] = {}
    repeated: list[RepeatedPlan] = []
    for item in config.objects.values():
        if item.spec.result_type:
            _place(_self_plan(item), item.index_flags, plans, repeated)
    for control in config.controls.values():
        if control.spec.makes_results:
            _place(_control_plan(control, config), control.index_flags, plans, repeated)
    return ResultPlan(by_name=plans, repeated=tuple(repeated), relation_labels=frozenset(config.relation_labels))


def _place(
    plan: RegionPlan, flags: tuple[str, ...], plans: dict[str, RegionPlan], repeated: list[RepeatedPlan]
) -> None:
    if not flags:
        plans[plan.name] = plan
        return
    pattern = re.escape(plan.name)
    for flag in flags:
        first, *others = pattern.split(re.escape(flag))
        pattern = f"{first}([0-9]{{1,9}})" + "[0-9]{1,9}".join(others)
    repeated.append(RepeatedPlan(pattern=re.compile(pattern), flags=flags, plan=plan))


def _self_plan(item: ObjectTag) -> RegionPlan:
    value = ValuePlan(schema=_compiled(dict(item.spec.value_schema)))
    return RegionPlan(
        name=item.name,
        to_names=frozenset({item.name, *item.to_name}),
        values={item.spec.result_type or "": value},
    )


def _control_plan(control: Control, config: LabelConfig) -> RegionPlan:
    tags = [config.objects[name].tag for name in control.to_name if name in config.objects]
    companion = needs_companion(control, tags)
    labels = label_rule(control) or _drawn_labels_rule(control, config)
    own = ValuePlan(
        schema=_compiled(structural_schema(control)),
        rules=(*rules_of(control, tags), *((labels,) if labels else ())),
        span_or_companion=companion,
    )
    targets = set(control.to_name)
    if control.tag == "Pairwise":  # clients write its own name, either object, or both
        targets |= {control.name, ",".join(control.to_name)}
    return RegionPlan(
        name=control.name,
        to_names=frozenset(targets),
        values={control.type: own, **_merged(control, config)},
        geometry=control.spec.geometry,
        one_per_task=_answers_once(control),
        span_required=control.tag == "Labels" and not companion,
    )


def _answers_once(control: Control) -> bool:
    takes_several = control.spec.label_key is not None and control.multiple
    return control.spec.answers_task and not control.per_region and not takes_several


def _sharing(control: Control, config: LabelConfig) -> tuple[list[Control], dict[str, Control]]:
    """Generic Labels and, by type, unlabelled drawing controls that work together with this one on an object."""
    targets = set(control.to_name)
    labels: list[Control] = []
    drawings: dict[str, Control] = {}
    for other in config.controls.values():
        if targets.isdisjoint(other.to_name):
            continue
        if other.tag == "Labels":
            labels.append(other)
        elif _only_draws(other):
            drawings[other.type] = other
    if control.tag == "Labels":
        return [control], drawings
    return (labels, {control.type: control}) if _only_draws(control) else ([], {})


def _only_draws(control: Control) -> bool:
    return control.spec.geometry is not None and control.spec.label_key is None


def _merged(control: Control, config: LabelConfig) -> dict[str, ValuePlan]:
    """A generic Labels next to a drawing control: one result may do the work of both, as `videovectorlabels`."""
    labels, drawings = _sharing(control, config)
    if not labels:
        return {}
    return {
        f"{drawing.type}labels": ValuePlan(
            schema=_compiled(structural_schema(drawing)),
            rules=(shared_label_rule(labels, f"{drawing.type}labels"), shared_label_rule(labels, "labels")),
        )
        for drawing in drawings.values()
    }


def _drawn_labels_rule(control: Control, config: LabelConfig) -> Rule | None:
    """Shapes on video carry the labels of the generic Labels beside them under `labels`."""
    labels, drawings = _sharing(control, config)
    return shared_label_rule(labels, "labels") if labels and drawings and control.tag != "Labels" else None


def _compiled(schema: dict[str, Any]) -> jsonschema_rs.Validator:
    return jsonschema_rs.validator_for(schema, mask="the value")
