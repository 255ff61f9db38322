"""Formats for spans of texts: CoNLL-2003 and what spaCy trains on."""

from collections.abc import Iterator
from typing import BinaryIO

from platform_core.sdk import ExportContext, ExportedTask, ExporterSpec
from tenon_formats.exporters.plain import dumps
from tenon_formats.spans import has_text_labels, labelled_texts, tagged_tokens


def write_conll(tasks: Iterator[ExportedTask], out: BinaryIO, context: ExportContext) -> None:
    """Write a token a line, in the four columns of CoNLL-2003; a blank line ends each annotation."""
    out.write(b"-DOCSTART- -X- O O\n\n")
    for found in labelled_texts(tasks, context.parsed):
        lines = [f"{token} -X- _ {tag.replace(' ', '_')}\n" for token, tag in tagged_tokens(found)]
        out.write(("".join(lines) + "\n").encode())


def write_spacy(tasks: Iterator[ExportedTask], out: BinaryIO, context: ExportContext) -> None:
    """Write a line an annotation: `["text", {"entities": [[start, end, "LABEL"]]}]`, offsets in characters."""
    for found in labelled_texts(tasks, context.parsed):
        entities = [[span.start, span.end, span.label] for span in found.spans]
        out.write(dumps([found.text, {"entities": entities}]) + b"\n")


CONLL2003 = ExporterSpec(
    key="conll2003",
    name="CONLL2003",
    title="CoNLL-2003",
    description="A token a line with its tag, as in the shared task on named entities of 2003.",
    content_type="text/plain; charset=utf-8",
    extension=".conll",
    write=write_conll,
    tags=("sequence labeling", "text tagging", "named entity recognition"),
    suits=has_text_labels,
)
SPACY = ExporterSpec(
    key="spacy",
    name="SPACY",
    title="spaCy training data (JSONL)",
    description="A line an annotation: the text and its entities, as `Example.from_dict` takes them.",
    content_type="application/x-ndjson",
    extension=".jsonl",
    write=write_spacy,
    tags=("named entity recognition",),
    suits=has_text_labels,
)
