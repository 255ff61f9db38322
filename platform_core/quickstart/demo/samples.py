"""Sample projects of plugins: each installed opt-in plugin whose templates bring sample data is shown at work."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.db import transaction

from platform_core.events.models import AuditEntry
from platform_core.events.services import record_audit
from platform_core.members.credentials import digest_of
from platform_core.members.gate import memory, principal_of
from platform_core.members.principal import Principal
from platform_core.plugins.loader import get_registry
from platform_core.plugins.registrations import ImporterSpec, ProjectTemplateSpec, SampleData
from platform_core.plugins.services.activation import enable_plugin
from platform_core.projects.services.projects import create_project
from platform_core.tasks.models import ImportRun
from platform_core.tasks.services.import_plugins import tasks_of_importer
from platform_core.tasks.services.import_sources import PartBatch, in_batches
from platform_core.tasks.services.imports import import_tasks

BATCH: Final = 2000
_LOADED: Final = "demo.sample_loaded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A template with data, of one plugin.

    Attributes:
        key: `slug.key` of the template.
        importer_key: `slug.key` of the importer.
    """

    plugin: str
    key: str
    template: ProjectTemplateSpec
    data: SampleData
    importer_key: str
    importer: ImporterSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedSample:
    """What became of one sample."""

    sample: Sample
    project_id: int
    tasks: int


class BrokenSampleError(RuntimeError):
    """A plugin's sample names an importer or a file that it does not have."""


def samples() -> Iterator[Sample]:
    """Yield the samples of the installed opt-in plugins, in order of dependency.

    Raises:
        BrokenSampleError: a sample names an importer that the plugin does not register.
    """
    for plugin in get_registry().plugins.values():
        if plugin.manifest.default_enabled:
            continue
        importers = {spec.key: spec for spec in plugin.registrations.importers}
        for template in plugin.registrations.project_templates:
            if template.sample is None:
                continue
            key = f"{plugin.slug}.{template.key}"
            if template.sample.importer not in importers:
                raise BrokenSampleError(
                    f"The sample of {key} names importer {template.sample.importer!r}; there is none."
                )
            yield Sample(
                plugin=plugin.slug,
                key=key,
                template=template,
                data=template.sample,
                importer_key=f"{plugin.slug}.{template.sample.importer}",
                importer=importers[template.sample.importer],
            )


def load_sample(*, sample: Sample, api_token: str, shared_data: Path) -> LoadedSample | None:
    """Enable the plugin, make the project and import the data; None where this was done once.

    Done once means never again: a person who disabled the plugin or deleted the project meant it.

    Args:
        api_token: key of the member who acts.
        shared_data: folder that a sample's `shared_file` is looked for in.
    """
    if AuditEntry.objects.filter(action=_LOADED, target_type="project_template", target_id=sample.key).exists():
        return None
    if sample.plugin not in _actor(api_token).enabled_plugins:
        enable_plugin(slug=sample.plugin, plan_hash=None, actor=_actor(api_token))
    return _load(sample, _actor(api_token), sample_file(sample.data, shared_data))


def sample_file(data: SampleData, shared_data: Path) -> Path:
    """Return the larger shared file where it exists, else the plugin's own.

    Raises:
        BrokenSampleError: the plugin ships no such file.
    """
    if data.shared_file is not None and (shared_data / data.shared_file).is_file():
        return shared_data / data.shared_file
    if not data.file.is_file():
        raise BrokenSampleError(f"The sample file {data.file} does not exist.")
    return data.file


@transaction.atomic
def _load(sample: Sample, actor: Principal, file: Path) -> LoadedSample:
    template = sample.template
    project = create_project(
        values={"title": template.title, "description": template.description, "label_config": template.label_config},
        actor=actor,
    )
    with file.open("rb") as stream:
        tasks = tasks_of_importer(sample.importer, stream, key=sample.importer_key)
        batches = (PartBatch(batch, None) for batch in in_batches(tasks, BATCH))
        run = ImportRun(project=project, source_format=sample.importer_key, created_by_id=actor.id)
        report = import_tasks(project=project, batches=batches, run=run, actor=actor)
    facts = {"project": project.pk, "tasks": len(report.task_ids), "file": file.name}
    record_audit(actor=actor, action=_LOADED, target_type="project_template", target_id=sample.key, data=facts)
    return LoadedSample(sample=sample, project_id=project.pk, tasks=len(report.task_ids))


def _actor(api_token: str) -> Principal:
    """Return the member who holds the key, with the plugins that are enabled at this moment."""
    memory.clear()
    principal = principal_of("api_key", digest_of(api_token))
    assert principal is not None, "the demo's key was made in the step before"
    return principal
