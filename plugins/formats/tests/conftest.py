"""Exported tasks by hand, and writing them in a format."""

import io
import zipfile

import pytest
from hypothesis import settings
from tenon_formats.plugin import plugin

from platform_core.sdk import ExportContext, ExportedTask, OrganizationRef

# A busy machine must not fail a property.
settings.register_profile("tenon", deadline=None)
settings.load_profile("tenon")

MOMENT = "2026-01-02T03:04:05.000000Z"


class AppendOnly:
    """All that an exporter is promised of its file."""

    def __init__(self):
        self.blocks = []

    def write(self, block):
        self.blocks.append(bytes(block))
        return len(block)

    def writelines(self, blocks):
        for block in blocks:
            self.write(block)


@pytest.fixture
def annotation():
    def make(result, number=1, **values):
        facts = {
            "id": number,
            "result": result,
            "completed_by": 7,
            "was_cancelled": False,
            "ground_truth": False,
            "created_at": MOMENT,
            "updated_at": MOMENT,
            "lead_time": 1.5,
        }
        return {**facts, **values}

    return make


@pytest.fixture
def task(annotation):
    def make(data, *results, number=1, annotations=None, meta=None, predictions=()):
        made = [annotation(result, number=10 * number + place) for place, result in enumerate(results)]
        return ExportedTask(
            id=number,
            data=data,
            meta=meta,
            annotations=made if annotations is None else annotations,
            predictions=list(predictions),
            created_at=MOMENT,
            updated_at=MOMENT,
        )

    return make


@pytest.fixture
def export():
    """Return a function that writes tasks in a format and returns the bytes."""
    specs = {spec.name: spec for spec in plugin.register_exporters()}

    def write(name, tasks, parsed):
        if name not in specs:
            pytest.skip(f"what {name} needs is not installed")
        context = ExportContext(
            organization=OrganizationRef(id=1, slug="alpha", schema="o_1"),
            project_id=1,
            project_title="Cats",
            parsed=parsed,
        )
        out = AppendOnly()
        specs[name].write(iter(tasks), out, context)
        return b"".join(out.blocks)

    return write


@pytest.fixture
def unzipped():
    """Return a function that gives the files of an archive by name."""

    def read(content):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            assert packed.testzip() is None
            return {name: packed.read(name) for name in packed.namelist()}

    return read
