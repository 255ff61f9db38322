"""Results of annotations and predictions held against the config: compiled once, run on every write."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import jsonschema_rs
import orjson

from platform_core.projects.label_config.conditions import missing_required
from platform_core.projects.label_config.errors import ResultIssue
from platform_core.projects.label_config.hygiene import unstorable_in
from platform_core.projects.label_config.plans import RegionPlan, ValuePlan, compile_plan
from platform_core.projects.label_config.relations import GroupRules
from platform_core.projects.label_config.report import RegionReport, has_common_keys_right, key_path
from platform_core.projects.label_config.types import LabelConfig

MAX_ISSUES: Final = 100
MAX_EXPLAINED_BYTES: Final = 4_096


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultLimits:
    """How large one result may be. The defaults leave room for brush masks of many regions."""

    max_regions: int = 50_000
    max_bytes: int = 64 * 1024 * 1024


class ResultValidator:
    """Checks results under one config. Thread-safe; make one per config and keep it."""

    __slots__ = ("_groups", "_plan", "config", "limits")

    def __init__(self, config: LabelConfig, *, limits: ResultLimits | None = None) -> None:
        self.config = config
        self.limits = limits or ResultLimits()
        self._plan = compile_plan(config)
        self._groups = GroupRules(plan=self._plan)

    def validate(self, result: object) -> list[ResultIssue]:
        """Everything that is wrong with a result, at most 100 issues; an empty list means that it may be stored.

        Args:
            result: decoded JSON as the client sent it. It is not changed. Regions of a taxonomy-bound or dynamic
                control are checked for shape only: their labels belong to a plugin or to the task.
        """
        if not isinstance(result, list):
            return [_whole("not_a_list", f"result must be a list of regions, not {type(result).__name__}")]
        if len(result) > self.limits.max_regions:
            return [_whole("too_many_regions", f"result has more than {self.limits.max_regions} regions")]
        if fault := unstorable_in(result, max_bytes=self.limits.max_bytes):
            return [_storage_issue(result, fault.keys, fault.code, fault.reason)]
        issues: list[ResultIssue] = []
        find = self._plan.by_name.get
        for index, region in enumerate(result):
            name = region.get("from_name") if isinstance(region, dict) else None
            plan = find(name) if isinstance(name, str) else None
            if plan is None or not _is_plain(region, plan):
                issues.extend(itertools.islice(self._region_issues(index, region), MAX_ISSUES))
            if len(issues) >= MAX_ISSUES:
                return issues[:MAX_ISSUES]
        # Rules between regions read keys that the rules above have checked.
        return issues or list(itertools.islice(self._groups.issues(result), MAX_ISSUES))

    def missing_required(self, result: object) -> list[ResultIssue]:
        """Controls marked `required` that have no answer in a valid result; for submits, not for drafts or skips.

        Conditions (`visibleWhen`, `whenTagName` and so on) are followed: what was hidden is not missed.
        Controls inside a Repeater are not judged, because how often they repeat is known to the task only.
        """
        return missing_required(self.config, result) if isinstance(result, list) else []

    def _region_issues(self, index: int, region: object) -> Iterator[ResultIssue]:
        if not isinstance(region, dict):
            yield ResultIssue(
                severity="error", code="not_an_object", message=f"result[{index}] must be an object", index=index
            )
            return
        report = RegionReport(index, region)
        if region.get("type") == "relation":
            yield from self._groups.relation_shape_issues(report, region)
            return
        yield from report.check_common()
        name = region.get("from_name")
        if not isinstance(name, str) or not name:
            yield report.issue("from_name", "missing_key", "must name a control of the label config")
            return
        plan = self._plan.find(name)
        if plan is None:
            known = ", ".join(sorted(self._plan.by_name)[:20])
            yield report.issue("from_name", "unknown_control", f"{name[:128]!r} is no control; there are: {known}")
            return
        yield from _planned_issues(report, region, plan)


def _is_plain(region: dict[str, Any], plan: RegionPlan) -> bool:
    """True where a quick look finds nothing to say; the full check has the last word on the rest."""
    value = region.get("value")
    result_type = region.get("type")
    to_name = region.get("to_name")
    if not (isinstance(result_type, str) and isinstance(to_name, str) and isinstance(value, dict)):
        return False
    checks = plan.values.get(result_type)
    if checks is None or to_name not in plan.to_names or not checks.schema.is_valid(value):
        return False
    for rule in checks.rules:
        for _ in rule(value):  # rules are generators: the first fault is enough
            return False
    if plan.span_required and ("start" not in value or "end" not in value):
        return False
    return has_common_keys_right(region)


def _planned_issues(report: RegionReport, region: dict[str, Any], plan: RegionPlan) -> Iterator[ResultIssue]:
    to_name = region.get("to_name")
    if not isinstance(to_name, str) or to_name not in plan.to_names:
        expected = ", ".join(sorted(plan.to_names))
        yield report.issue("to_name", "wrong_to_name", f"must be {expected}, not {_shown(to_name)}")
    result_type = region.get("type")
    checks = plan.values.get(result_type) if isinstance(result_type, str) else None
    if checks is None:
        expected = " or ".join(plan.values)
        yield report.issue("type", "wrong_type_of_result", f"must be {expected}, not {_shown(result_type)}")
        return
    value = region.get("value")
    if not isinstance(value, dict):
        yield report.issue("value", "wrong_type", "must be an object")
        return
    yield from _value_issues(report, value, checks)
    if plan.span_required:
        for key in ("start", "end"):
            if key not in value:
                yield report.issue(f"value.{key}", "missing_key", "is required")


def _value_issues(report: RegionReport, value: dict[str, Any], checks: ValuePlan) -> Iterator[ResultIssue]:
    is_shaped = True
    for error in _schema_errors(checks.schema, value):
        is_shaped = False
        yield _schema_issue(report, error)
    if is_shaped:
        for rule in checks.rules:
            for key, code, message in rule(value):
                yield report.issue(f"value.{key}", code, message)


def _schema_errors(schema: jsonschema_rs.Validator, value: dict[str, Any]) -> Iterator[jsonschema_rs.ValidationError]:
    """All faults of a small value, the first of a large one: the library builds every error before it returns one."""
    if len(orjson.dumps(value)) <= MAX_EXPLAINED_BYTES:
        yield from schema.iter_errors(value)
        return
    try:
        schema.validate(value)
    except jsonschema_rs.ValidationError as error:
        yield error


def _schema_issue(report: RegionReport, error: jsonschema_rs.ValidationError) -> ResultIssue:
    kind = error.kind
    if isinstance(kind, jsonschema_rs.ValidationErrorKind.Required):
        path = key_path(["value", *error.instance_path, str(kind.property)])
        return report.issue(path, "missing_key", "is required")
    codes = {"type": "wrong_type", "minimum": "out_of_range", "maximum": "out_of_range"}
    message = error.message.removeprefix("the value ")[:300]
    return report.issue(key_path(["value", *error.instance_path]), codes.get(kind.name, "wrong_value"), message)


def _shown(value: object) -> str:
    return repr(value)[:128] if isinstance(value, str) else f"a {type(value).__name__}"


def _whole(code: str, message: str) -> ResultIssue:
    return ResultIssue(severity="error", code=code, message=message)


def _storage_issue(result: list[Any], keys: tuple[str | int, ...], code: str, reason: str) -> ResultIssue:
    if keys and isinstance(keys[0], int) and isinstance(result[keys[0]], dict):
        return RegionReport(keys[0], result[keys[0]]).issue(key_path(list(keys[1:])), code, reason)
    return _whole(code, f"result{key_path(list(keys))} {reason}")
