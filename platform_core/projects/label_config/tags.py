"""What a tag of the labelling language is, and the registry that plugins extend."""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

import jsonschema_rs

from platform_core.projects.label_config.errors import TagRegistryError

JSONObject = Mapping[str, Any]

DATA_TYPES: Final[Mapping[str, tuple[type, ...]]] = MappingProxyType(
    {"str": (str,), "int": (int,), "float": (float,), "list": (list,), "dict": (dict,), "bool": (bool,)}
)


class TagKind(StrEnum):
    """What a tag does."""

    OBJECT = "object"  # shows task data
    CONTROL = "control"  # makes results
    VISUAL = "visual"  # lays out and decorates
    CHILD = "child"  # belongs to its parent: a label, a channel, a bucket


@dataclass(frozen=True, slots=True, kw_only=True)
class TagSpec:
    """A tag and the rules that follow from it. Fields that a kind does not use keep their defaults.

    Attributes:
        name: as written in a config, case-sensitive.
        accepts: (control) names of the object tags it may point to; None = any.
        result_type: (control) `type` of its results; (object) that of results it makes about itself. Default for
            controls: the name in lower case.
        value_schema: (whatever makes results) JSON Schema of a region's `value`, without the list of known labels.
        label_tag: (control) the child tag that holds its labels.
        label_key: (control) the key of `value` that carries labels; None where labels are no part of the value.
        labels_required: (control) it makes no sense without labels.
        tree: (control) labels nest and results carry paths.
        single_by_default: (control) at most one label unless the config says `choice="multiple"`.
        answers_task: (control) without `perRegion` it describes the task, so two results contradict each other.
        geometry: (control) name of the shape it draws, such as `rectangle`; regions of one id share one shape.
        to_names: (control) how many objects it points to, least and most.
        self_reference: `toName` may be the tag's own name.
        name_required, value_required: the attribute must be there.
        value_attributes: attributes that may read task data.
        data_types: names of the JSON types it reads from task data, see `DATA_TYPES`.
        parents: (child) tags it may stand under, directly or with layout between; empty = any.
        makes_results: (control) results name it in `from_name`; False for `Relations`.
        allows_script: its text is program code that the editor runs in a sandbox, so text is not checked.
    """

    name: str
    kind: TagKind
    accepts: frozenset[str] | None = None
    result_type: str | None = None
    value_schema: JSONObject = field(default_factory=dict)
    label_tag: str | None = None
    label_key: str | None = None
    labels_required: bool = False
    tree: bool = False
    single_by_default: bool = False
    answers_task: bool = False
    geometry: str | None = None
    to_names: tuple[int, int] = (1, 1_000)
    self_reference: bool = False
    name_required: bool = False
    value_required: bool = False
    value_attributes: tuple[str, ...] = ("value",)
    data_types: tuple[str, ...] = ("str",)
    parents: frozenset[str] = frozenset()
    allows_script: bool = False
    makes_results: bool = True


class TagRegistry(Mapping[str, TagSpec]):
    """An immutable set of tags by name. `extended_with` makes a larger one; nothing changes an existing one."""

    __slots__ = ("_specs",)

    def __init__(self, specs: Iterable[TagSpec]) -> None:
        self._specs: Mapping[str, TagSpec] = MappingProxyType(_checked({}, specs))

    def __getitem__(self, name: str) -> TagSpec:
        return self._specs[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._specs)

    def __len__(self) -> int:
        return len(self._specs)

    def extended_with(self, specs: Iterable[TagSpec]) -> "TagRegistry":
        """A registry with these tags too.

        Raises:
            TagRegistryError: a name is taken (in any case of letters), malformed, or a value schema does not compile.
        """
        merged = TagRegistry(())
        merged._specs = MappingProxyType(_checked(self._specs, specs))
        return merged

    def suggestion(self, name: str) -> str | None:
        """The known tag that a misspelt one probably means, or None."""
        folded = {known.lower(): known for known in self._specs}
        close = difflib.get_close_matches(name.lower()[:64], folded, n=1, cutoff=0.7)
        return folded[close[0]] if close else None


def _checked(known: Mapping[str, TagSpec], specs: Iterable[TagSpec]) -> dict[str, TagSpec]:
    merged = dict(known)
    folded = {name.lower(): name for name in merged}
    for spec in specs:
        if not (spec.name.isascii() and spec.name.isalnum() and spec.name[0].isupper()):
            raise TagRegistryError(
                f"Tag name {spec.name!r} must be ASCII letters and digits, an upper-case letter first"
            )
        if taken := folded.get(spec.name.lower()):
            raise TagRegistryError(f"Tag {spec.name!r} clashes with the tag {taken!r}, which is already registered")
        _check_spec(spec)
        merged[spec.name] = spec
        folded[spec.name.lower()] = spec.name
    return merged


def _check_spec(spec: TagSpec) -> None:
    if unknown := sorted(set(spec.data_types) - set(DATA_TYPES)):
        raise TagRegistryError(f"Tag {spec.name!r} reads unknown data types: {', '.join(unknown)}")
    if spec.kind is TagKind.CONTROL and spec.labels_required and not (spec.label_tag and spec.label_key):
        raise TagRegistryError(f"Tag {spec.name!r} requires labels but names no label_tag or label_key")
    try:
        jsonschema_rs.validator_for(dict(spec.value_schema))
    except ValueError as error:
        raise TagRegistryError(f"The value schema of tag {spec.name!r} is not a JSON Schema: {error}") from error
