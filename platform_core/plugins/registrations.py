"""Frozen objects that register hooks return. Free of Django.

Keys are names within a plugin; the core addresses a registration as `slug.key`.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, Final, Literal, Protocol, runtime_checkable

from platform_core.plugins.types import Json
from tenants.scope import OrganizationRef

CORE_EXPORT_NAMES: Final = frozenset({"JSON", "CSV", "TSV"})
_EXPORT_NAME: Final = re.compile(r"[A-Z][A-Z0-9_]{1,62}")


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteSpec:
    """One route below `/api/<prefix>/`.

    Attributes:
        path: Django path syntax, relative, with a trailing slash; empty for the prefix itself.
        view: a view class or the dotted path of one (`package.module.ClassName`).
        name: kebab-case URL name; the core reverses it as `slug:name`.
        prefix: one of the manifest's `api_prefixes`; None means the first.
    """

    path: str
    view: str | type
    name: str
    prefix: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedTask:
    """One task read from a file.

    Attributes:
        data: the task's data, a JSON object.
        item: index of the record in the file, from 0; errors name it.
        line: first line of the record, from 1; None when the format has no lines.
        meta: free JSON object kept beside the data.
        annotations: as in Label Studio's task format; each has `result`.
        predictions: as in Label Studio's task format; each has `result`.
    """

    data: Json
    item: int
    line: int | None = None
    meta: Json | None = None
    annotations: list[Json] = field(default_factory=list)
    predictions: list[Json] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportContext:
    """What an importer may know about the project that it reads for.

    Attributes:
        parsed: the `parsed_label_config` structure of the project.
        address_of: returns the address of the newest file of this name that was uploaded into the project, else None.
    """

    parsed: dict[str, Any]
    address_of: Callable[[str], str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImporterSpec:
    """A file format that can be read into tasks.

    Attributes:
        key: name within the plugin.
        title: for people.
        description: one sentence for people.
        content_types: MIME types, lower case.
        extensions: file name endings with the dot, lower case.
        sniff: says whether the first bytes (up to 64 KiB) and the file name look like this format.
        read: yields tasks as the stream is read, in constant memory; raises `ImportFormatError`.
        read_for: used instead of `read` where a project is known, by formats whose annotations need its label config.
    """

    key: str
    title: str
    description: str
    content_types: tuple[str, ...]
    extensions: tuple[str, ...]
    sniff: Callable[[bytes, str], bool]
    read: Callable[[BinaryIO], Iterator[ImportedTask]]
    read_for: Callable[[BinaryIO, ImportContext], Iterator[ImportedTask]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedTask:
    """One task on its way out, with its annotations and predictions as in Label Studio's JSON export."""

    id: int
    data: Json
    meta: Json | None
    annotations: list[Json]
    predictions: list[Json]
    created_at: str
    updated_at: str


class ExportMedia(Protocol):
    """The media of an export: the only way by which an exporter gets the bytes that an address stands for."""

    def fetch(self, address: object, *, task: int) -> AbstractContextManager[BinaryIO | None]:
        """Give the bytes, at their beginning; None where they are not to be had. Within limits of count and size.

        Args:
            address: as the task's data say it; whatever that is.
            task: id of the task, for the report.
        """

    def report(self) -> Iterator[bytes]:
        """Yield a JSON object that says what was fetched and, with reasons, what was not; for the archive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportContext:
    """What an exporter may know about the export.

    Attributes:
        organization: whose.
        project_id: the project.
        project_title: for people.
        parsed: the `parsed_label_config` structure of the project.
        media: fetches media; None where none are wanted.
    """

    organization: OrganizationRef
    project_id: int
    project_title: str
    parsed: dict[str, Any]
    media: ExportMedia | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExporterSpec:
    """A file format that tasks can be written to.

    Attributes:
        key: name within the plugin.
        title: for people.
        description: one sentence for people.
        content_type: MIME type of the file.
        extension: file name ending with the dot.
        write: consumes rows and writes bytes as it goes, in constant memory; raises `ExportFormatError` for tasks that
            the format cannot hold. `out` is only ever appended to: `write`, `writelines` and `flush`
            are all there is.
        name: what clients ask for, as in `export_type=CONLL2003`; upper case. Empty: only `slug.key` names it. A name
            that two enabled plugins claim names neither.
        tags: words to find the format by, for people.
        suits: says whether a project with this `parsed_label_config` has what the format holds; None: any project has.
        media: whether the file holds media: `never`, when `asked` for by `download_resources`, or `always`.
    """

    key: str
    title: str
    description: str
    content_type: str
    extension: str
    write: Callable[[Iterator[ExportedTask], BinaryIO, ExportContext], None]
    name: str = ""
    tags: tuple[str, ...] = ()
    suits: Callable[[dict[str, Any]], bool] | None = None
    media: Literal["never", "asked", "always"] = "never"

    def __post_init__(self) -> None:
        if self.name and (not _EXPORT_NAME.fullmatch(self.name) or self.name in CORE_EXPORT_NAMES):
            raise ValueError(f"The name of an export format is upper case and not the core's; this is {self.name!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Who is told of an event, and in which words.

    Attributes:
        text: one sentence; `{name}` is filled from the payload.
        member: key of the payload that holds the id of the member to be told.
        permission: codename whose holders are told; used when `member` is None.
        when: value of the payload's key `status` without which nobody is told; None tells always.
        unless: key of the payload; nobody is told where it is true.
    """

    text: str
    member: str | None = None
    permission: str | None = None
    when: str | None = None
    unless: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventTypeSpec:
    """A kind of event: what it means and what its payload holds.

    Attributes:
        key: past-tense name; an event of a plugin is emitted as `slug.key`.
        summary: one sentence: when it happens.
        payload: JSON Schema of each key; every key is always there, but the optional ones.
        actions: names under which receivers outside ask for it; none makes one of the type, `A_B` of `a.b`.
        optional: keys of the payload that may be missing.
        organization_only: it belongs to no single project, or the project is too new or gone to be asked for.
        notice: who is told of it.
    """

    key: str
    summary: str
    payload: Mapping[str, Json]
    actions: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    organization_only: bool = False
    notice: Notice | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentPart:
    """A section of the OpenAPI document of the organizations that have the plugin enabled.

    Attributes:
        key: top-level key of the document, none of the core's.
        build: returns the section from the kinds of events there, by full name; called once a set of plugins.
    """

    key: str
    build: Callable[[Mapping[str, EventTypeSpec]], Json]


@runtime_checkable
class LabelTag(Protocol):
    """What the kernel needs of a label-config tag; the full type is the label config's own `TagSpec`."""

    @property
    def name(self) -> str:
        """The element's name, as in `Choices`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleData:
    """Data that show a project template at work; the quickstart's first organization gets them.

    Attributes:
        importer: key of an importer of the same plugin.
        file: absolute path of a small file that ships with the plugin.
        shared_file: relative path of a larger file in the folder of shared data sets, preferred where it exists.
    """

    importer: str
    file: Path
    shared_file: PurePosixPath | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectTemplateSpec:
    """A label config offered when a project is created.

    Attributes:
        key: name within the plugin.
        title: for people.
        description: one sentence for people.
        group: heading under which it is listed.
        label_config: XML text.
        sample: data to try it with, read by an importer.
        tasks: data of a few tasks, shown with the template.
    """

    key: str
    title: str
    description: str
    group: str
    label_config: str
    sample: SampleData | None = None
    tasks: tuple[Json, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxonomySpec:
    """A versioned value set that a control tag can name; immutable once used.

    Attributes:
        key: name within the plugin.
        version: version text.
        title: for people.
        source: who publishes it, with a link where there is one.
        licence: terms under which it is shipped.
    """

    key: str
    version: str
    title: str
    source: str
    licence: str
