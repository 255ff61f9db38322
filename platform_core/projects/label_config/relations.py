"""Rules between the regions of one result: shared ids, relations, shapes and their labels, one answer a task."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from platform_core.projects.label_config.errors import ResultIssue
from platform_core.projects.label_config.plans import RegionPlan, ResultPlan
from platform_core.projects.label_config.report import RegionReport
from platform_core.projects.label_config.schemas import RELATION_DIRECTIONS

Region = dict[str, Any]
Group = list[tuple[int, Region]]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRules:
    """The rules, for the controls of one config."""

    plan: ResultPlan

    def relation_shape_issues(self, report: RegionReport, relation: Region) -> Iterator[ResultIssue]:
        """A relation on its own: keys, direction, labels."""
        for key in ("from_id", "to_id"):
            if not isinstance(relation.get(key), str):
                yield report.issue(key, "missing_key", "must be the id of a region")
        direction = relation.get("direction")
        if not isinstance(direction, str) or direction not in RELATION_DIRECTIONS:
            yield report.issue("direction", "bad_direction", f"must be one of {', '.join(RELATION_DIRECTIONS)}")
        labels = relation.get("labels")
        if labels is None:
            return
        if not isinstance(labels, list) or not all(isinstance(label, str) for label in labels):
            yield report.issue("labels", "wrong_type", "must be a list of strings")
            return
        for index, label in enumerate(labels):
            if self.plan.relation_labels and label not in self.plan.relation_labels:
                yield report.issue(f"labels[{index}]", "unknown_label", f"{label[:128]!r} is no Relation of the config")

    def issues(self, result: Sequence[Region]) -> Iterator[ResultIssue]:
        """Faults between regions that are each valid on their own."""
        if len(result) == 1 and self._stands_alone(result[0]):
            return
        groups: dict[str, Group] = {}
        relations: Group = []
        lonely_labels: Group = []
        answers: dict[tuple[object, ...], int] = {}
        for index, region in enumerate(result):
            if region.get("type") == "relation":
                relations.append((index, region))
                continue
            if (identifier := region.get("id")) is not None:
                groups.setdefault(identifier, []).append((index, region))
            plan = self._plan_of(region)
            if plan.one_per_task:
                yield from _repeated_answer(index, region, answers)
            elif plan.values[region["type"]].span_or_companion:
                lonely_labels.append((index, region))
        for group in groups.values():
            if len(group) > 1:
                yield from self._shared_id_issues(group)
        yield from _dangling_relations(relations, groups)
        yield from self._shapeless_labels(lonely_labels, groups)

    def _stands_alone(self, region: Region) -> bool:
        if region.get("type") == "relation":
            return False
        return not self._plan_of(region).values[region["type"]].span_or_companion

    def _plan_of(self, region: Region) -> RegionPlan:
        plan = self.plan.find(region["from_name"])
        assert plan is not None
        return plan

    def _shared_id_issues(self, group: Group) -> Iterator[ResultIssue]:
        """Results of one id describe one region: another control each, one object, one shape."""
        first = group[0][1]
        controls: dict[str, int] = {}
        shapes = {shape: index for index, region in reversed(group) if (shape := self._plan_of(region).geometry)}
        for index, region in group:
            report = RegionReport(index, region)
            earlier = controls.setdefault(region["from_name"], index)
            if earlier != index:
                yield report.issue("id", "duplicate_id", f"is used by result[{earlier}] of the same control")
            elif region["to_name"] != first["to_name"]:
                yield report.issue("id", "duplicate_id", f"is used by result[{group[0][0]}] on another object")
        if len(shapes) > 1:
            message = f"is used by regions of several shapes: {', '.join(sorted(shapes))}"
            yield RegionReport(*group[-1]).issue("id", "duplicate_id", message)

    def _shapeless_labels(self, lonely: Group, groups: Mapping[str, Group]) -> Iterator[ResultIssue]:
        for index, region in lonely:
            value = region["value"]
            if "start" in value and "end" in value:
                continue
            companions = [one for _, one in groups.get(region.get("id", ""), ()) if self._plan_of(one).geometry]
            if not companions:
                message = "has labels only: a region of the same id must give the shape"
                yield RegionReport(index, region).issue("value", "shape_missing", message)


def _repeated_answer(index: int, region: Region, answers: dict[tuple[object, ...], int]) -> Iterator[ResultIssue]:
    item = region.get("item_index")
    key = (region["from_name"], region["to_name"], item if isinstance(item, int) else None)
    earlier = answers.setdefault(key, index)
    if earlier != index:
        message = f"result[{earlier}] has answered for this control already; it takes one answer a task"
        yield RegionReport(index, region).issue("", "second_answer", message)


def _dangling_relations(relations: Group, groups: Mapping[str, Group]) -> Iterator[ResultIssue]:
    for index, relation in relations:
        for key in ("from_id", "to_id"):
            if relation[key] not in groups:
                message = f"{relation[key][:64]!r} is the id of no region of this result"
                yield RegionReport(index, relation).issue(key, "unknown_region", message)
