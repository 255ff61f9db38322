"""Transcripts as a manifest: a JSON object a line, as NVIDIA NeMo reads them."""

from collections.abc import Iterator
from typing import Any, BinaryIO

from platform_core.sdk import ExportContext, ExportedTask, ExporterSpec
from tenon_formats.exporters.plain import dumps
from tenon_formats.regions import author_id, controls_of, data_key, regions, submitted, value_at

Json = dict[str, Any]


def write_manifest(tasks: Iterator[ExportedTask], out: BinaryIO, context: ExportContext) -> None:
    """Write a line for each transcript: of the whole recording, or of a part of it with `offset` and `duration`."""
    key = data_key(context.parsed, "Audio")
    for task in tasks:
        audio = value_at(task.data, key)
        if isinstance(audio, str):
            for annotation in submitted(task):
                out.writelines(dumps({"audio_filepath": audio, **line}) + b"\n" for line in _lines(task, annotation))


def _lines(task: ExportedTask, annotation: Json) -> Iterator[Json]:
    for region in regions(annotation):
        value = region["value"]
        texts = value.get("text")
        if region.get("type") != "textarea" or not texts:
            continue
        text = texts if isinstance(texts, str) else " ".join(map(str, texts))
        start, end = value.get("start"), value.get("end")
        if isinstance(start, int | float) and isinstance(end, int | float):
            place: Json = {"offset": start, "duration": end - start}
        else:
            place = {"duration": _duration(task, annotation)}
        yield {**place, "text": text, "annotator": author_id(annotation)}


def _duration(task: ExportedTask, annotation: Json) -> float | None:
    """Return the length of the recording in seconds, as a region, the data or the meta tell; None if none does."""
    known = [region.get("original_length") for region in regions(annotation)]
    known += [task.data.get("duration"), (task.meta or {}).get("duration")]
    return next((one for one in known if isinstance(one, int | float) and not isinstance(one, bool)), None)


def has_transcripts(parsed: Json) -> bool:
    """Say whether somebody writes down what is said."""
    return bool(controls_of(parsed, ("TextArea",))) and data_key(parsed, "Audio") is not None


ASR_MANIFEST = ExporterSpec(
    key="asr_manifest",
    name="ASR_MANIFEST",
    title="ASR manifest",
    description="A line a transcript, as NVIDIA NeMo reads them for speech recognition.",
    content_type="application/x-ndjson",
    extension=".json",
    write=write_manifest,
    tags=("speech recognition",),
    suits=has_transcripts,
)
