"""What a parsed label config is made of: frozen facts, no behaviour, no database.

The result of `parse_label_config`; everything else in the package reads these and nothing reads the XML again.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from platform_core.plugins.types import TaxonomyRef
from platform_core.projects.label_config.tags import TagSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """One label or choice of a control.

    Attributes:
        value: what results carry: the alias where one is set, else the value.
        path: the values from the root of the tree down to this label, itself included; length 1 in a flat list.
        attributes: the attributes of the tag, as written.
    """

    value: str
    path: tuple[str, ...]
    attributes: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Visibility:
    """One condition under which the editor shows a control, from its own attributes or those of a View around it.

    Attributes:
        visible_when: region-selected, no-region-selected, choice-selected or choice-unselected; None = not said.
        tag_names: the controls or objects that it looks at; empty = any.
        values: the labels or choices that it waits for; empty = any.
    """

    visible_when: str | None = None
    tag_names: tuple[str, ...] = ()
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DataVariable:
    """A field of the task data that a tag reads.

    Attributes:
        path: as written, without the dollar sign: `text`, `a.b`, `images[{{idx}}].url`.
        key: the top-level key of the task data.
        segments: the keys below it; an integer is an index, None stands for every item of a list.
        types: names of the JSON types that the tag reads: str, int, float, list, dict, bool.
        tag, name: which tag reads it.
        required: a task without it is refused; False for decoration such as `Header`.
    """

    path: str
    key: str
    segments: tuple[str | int | None, ...]
    types: tuple[str, ...]
    tag: str
    name: str | None
    required: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectTag:
    """A tag that shows task data.

    Attributes:
        name: contains `{{idx}}` (or another flag) inside a Repeater.
        columns: of the data that its channels show, for `TimeSeries`.
    """

    name: str
    spec: TagSpec
    value: str
    attributes: Mapping[str, str]
    to_name: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    index_flags: tuple[str, ...] = ()
    line: int = 0

    @property
    def tag(self) -> str:
        """Name of the tag, as in the config: `Text`."""
        return self.spec.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """A tag that makes results.

    Attributes:
        type: what results carry in `type`: the lower-case name of the tag.
        to_name: names of the objects that it annotates.
        labels: in document order; empty where labels come from task data, a taxonomy or nowhere.
        multiple: more than one label or choice may be given.
        required: a submitted annotation must hold a result of it.
        per_region: belongs to a region instead of the whole task.
        dynamic: labels come from task data or a URL, so the config does not know them.
        taxonomy: labels come from this vocabulary of a plugin, so the config does not know them.
        visibility: all of these must hold for the control to be shown.
        buckets: names of the groups of a Ranker.
        index_flags: the placeholders of the Repeaters around it, outermost first.
    """

    name: str
    spec: TagSpec
    to_name: tuple[str, ...]
    attributes: Mapping[str, str]
    labels: tuple[Label, ...] = ()
    multiple: bool = False
    required: bool = False
    per_region: bool = False
    dynamic: bool = False
    taxonomy: TaxonomyRef | None = None
    visibility: tuple[Visibility, ...] = ()
    buckets: tuple[str, ...] = ()
    index_flags: tuple[str, ...] = ()
    line: int = 0

    @property
    def tag(self) -> str:
        """Name of the tag, as in the config: `RectangleLabels`."""
        return self.spec.name

    @property
    def type(self) -> str:
        """What results of it carry in `type`: `rectanglelabels`."""
        return self.spec.result_type or self.spec.name.lower()

    @property
    def has_closed_labels(self) -> bool:
        """True where the config lists every label that a result may carry."""
        return bool(self.labels) and not self.dynamic and self.taxonomy is None


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelConfig:
    """A label config that passed every rule.

    Attributes:
        xml: the text that was parsed.
        objects, controls: by name, in document order.
        variables: what the tags read from task data, in document order, one entry a tag and field.
        relation_labels: what a relation may be labelled with; empty = anything where relations are open.
    """

    xml: str
    objects: Mapping[str, ObjectTag]
    controls: Mapping[str, Control]
    variables: tuple[DataVariable, ...] = ()
    relation_labels: tuple[str, ...] = ()
