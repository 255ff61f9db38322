"""A plugin made of values: one importer, one template with sample data, no app."""

import dataclasses

import pytest

from platform_core.plugins.collection import Registrations
from platform_core.plugins.loader import LoadedPlugin, PluginRegistry, use_registry
from platform_core.plugins.manifest import Manifest
from platform_core.plugins.registrations import ImportedTask, ImporterSpec, ProjectTemplateSpec, SampleData

CONFIG = """<View><Text name="text" value="$text"/><Choices name="kind" toName="text" choice="single">
<Choice value="Good"/><Choice value="Bad"/></Choices></View>"""
MANIFEST = Manifest(
    slug="notes",
    name="Notes",
    version="1.0",
    summary="Notes.",
    author="Tests",
    license="Apache-2.0",
    hook_level=1,
    depends=(),
    api_prefixes=("notes",),
    default_enabled=False,
    permissions=(),
    data_classes=(),
    settings_schema=None,
    retention_days=30,
    blocking=(),
)


def read_lines(stream):
    for item, line in enumerate(stream):
        yield ImportedTask(data={"text": line.decode().strip()}, item=item, line=item + 1)


IMPORTER = ImporterSpec(
    key="lines",
    title="Lines",
    description="A task a line.",
    content_types=("text/plain",),
    extensions=(".txt",),
    sniff=lambda _head, name: name.endswith(".txt"),
    read=read_lines,
)


@pytest.fixture
def sample(tmp_path):
    """Return sample data whose own file has two lines."""
    file = tmp_path / "notes.txt"
    file.write_text("one\ntwo\n")
    return SampleData(importer="lines", file=file)


@pytest.fixture
def notes(sample):
    """Return the plugin, not yet in any registry."""
    template = ProjectTemplateSpec(
        key="kinds", title="Kinds of notes", description="Say which kind.", group="Notes", label_config=CONFIG
    )
    return LoadedPlugin(
        slug="notes",
        manifest=MANIFEST,
        package="tests",
        depth=0,
        label=None,
        tables=(),
        implementations={},
        registrations=Registrations(
            importers=(IMPORTER,), project_templates=(dataclasses.replace(template, sample=sample), template)
        ),
        patterns={},
    )


@pytest.fixture
def registered(notes):
    """Make it the only plugin of this process."""
    with use_registry(PluginRegistry(plugins={"notes": notes})):
        yield notes
