import dataclasses
from pathlib import PurePosixPath

import pytest

from platform_core.api.errors import ValidationFailedError
from platform_core.events.models import AuditEntry
from platform_core.members.models import Member
from platform_core.members.services.api_keys import issue_api_key
from platform_core.plugins.loader import PluginRegistry, use_registry
from platform_core.plugins.models import Activation, ActivationState
from platform_core.plugins.registrations import ProjectTemplateSpec
from platform_core.plugins.services.activation import disable_plugin
from platform_core.projects.models import Project
from platform_core.quickstart.demo.samples import BrokenSampleError, load_sample, sample_file, samples
from platform_core.tasks.models import Task


@pytest.fixture
def load(in_alpha, tmp_path):
    token = issue_api_key(member_id=Member.objects.get().pk, name="Demo").secret

    def run(sample):
        return load_sample(sample=sample, api_token=token, shared_data=tmp_path)

    return run


def only(iterator):
    (item,) = iterator
    return item


def with_template(notes, **changes):
    first = notes.registrations.project_templates[0]
    templates = (dataclasses.replace(first, **changes),)
    return dataclasses.replace(
        notes, registrations=dataclasses.replace(notes.registrations, project_templates=templates)
    )


def test_samples_are_the_templates_with_data_of_opt_in_plugins(registered):
    found = only(samples())

    assert (found.plugin, found.key, found.importer_key) == ("notes", "notes.kinds", "notes.lines")


def test_plugins_that_every_organization_has_are_not_shown(notes):
    usual = dataclasses.replace(notes, manifest=dataclasses.replace(notes.manifest, default_enabled=True))
    with use_registry(PluginRegistry(plugins={"notes": usual})):
        assert list(samples()) == []


def test_sample_with_an_unknown_importer_is_named(notes, sample):
    broken = with_template(notes, sample=dataclasses.replace(sample, importer="pages"))
    with (
        use_registry(PluginRegistry(plugins={"notes": broken})),
        pytest.raises(BrokenSampleError, match=r"notes\.kinds names importer 'pages'"),
    ):
        list(samples())


def test_loading_enables_the_plugin_and_makes_a_project_with_the_tasks(registered, load):
    loaded = load(only(samples()))

    assert Activation.objects.get(pk="notes").state == ActivationState.ENABLED
    project = Project.objects.get()
    assert (loaded.project_id, project.title, loaded.tasks) == (project.pk, "Kinds of notes", 2)
    assert list(Task.objects.order_by("pk").values_list("data__text", flat=True)) == ["one", "two"]


def test_sample_is_loaded_once_even_where_somebody_took_it_away(registered, load):
    load(only(samples()))
    disable_plugin(slug="notes", actor=None)
    Task.objects.all().delete()

    assert load(only(samples())) is None
    assert Activation.objects.get(pk="notes").state == ActivationState.DISABLED
    assert not Task.objects.exists()


def test_failed_import_leaves_no_project_and_is_tried_again(registered, load, sample):
    good = only(samples())
    sample.file.write_bytes(b"one\n\x00\n")
    with pytest.raises(ValidationFailedError):
        load(good)
    assert not Project.objects.exists()
    assert not AuditEntry.objects.filter(action="demo.sample_loaded").exists()

    sample.file.write_text("three\n")
    assert load(good).tasks == 1


def test_larger_shared_file_is_preferred_where_it_exists(sample, tmp_path):
    both = dataclasses.replace(sample, shared_file=PurePosixPath("sets/more.txt"))
    assert sample_file(both, tmp_path) == sample.file
    (tmp_path / "sets").mkdir()
    (tmp_path / "sets" / "more.txt").write_text("1\n2\n3\n")

    assert sample_file(both, tmp_path) == tmp_path / "sets" / "more.txt"


def test_missing_sample_file_is_named(sample, tmp_path):
    with pytest.raises(BrokenSampleError, match=r"gone\.txt"):
        sample_file(dataclasses.replace(sample, file=tmp_path / "gone.txt"), tmp_path)


def test_templates_need_no_sample():
    template = ProjectTemplateSpec(key="a", title="A", description="A.", group="A", label_config="<View/>")
    assert template.sample is None
