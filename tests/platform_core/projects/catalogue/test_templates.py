"""Every template of the catalogue works: its config is valid, its sample tasks and a sample result fit it."""

import json

import pytest

from platform_core.projects.catalogue import TemplateFilter, core_templates, templates_for
from platform_core.projects.label_config import (
    ResultValidator,
    TaskDataValidator,
    config_changes,
    parse_label_config,
    result_json_schema,
    sample_data,
    sample_result,
)
from platform_core.projects.models import Project

TEMPLATES = {template.key: template for template in core_templates()}
GROUPS = ("Text", "Image", "Audio", "Video", "Time series", "Conversations", "Ranking", "Documents")


def test_catalogue_covers_what_people_label():
    groups = [template.group for template in TEMPLATES.values()]
    assert len(TEMPLATES) >= 20
    assert tuple(dict.fromkeys(groups)) == GROUPS
    assert min(groups.count(group) for group in GROUPS) >= 2
    shown = {tag for template in TEMPLATES.values() for tag in template.object_types}
    assert {"Text", "Image", "Audio", "Video", "TimeSeries", "Paragraphs", "Chat", "List", "Pdf", "HyperText"} <= shown


@pytest.mark.parametrize("key", TEMPLATES)
def test_template_has_a_valid_config_and_tasks_that_fit(key):
    template = TEMPLATES[key]
    config = parse_label_config(template.label_config)
    fits = TaskDataValidator(config)

    assert len(template.tasks) >= 2
    assert [fits.validate(task) for task in (*template.tasks, sample_data(config))] == [None] * (
        len(template.tasks) + 1
    )
    assert len({json.dumps(task, sort_keys=True) for task in template.tasks}) == len(template.tasks)


@pytest.mark.parametrize("key", TEMPLATES)
def test_template_takes_a_sample_result_of_every_control(key):
    config = parse_label_config(TEMPLATES[key].label_config)
    result = sample_result(config)

    assert ResultValidator(config).validate(result) == []
    repeated = {name for name, control in config.controls.items() if control.index_flags}
    makers = {name for name, control in config.controls.items() if control.spec.makes_results}
    own = {name for name, item in config.objects.items() if item.spec.result_type}
    assert {region["from_name"] for region in result} == (makers | own) - repeated
    assert result_json_schema(config)["items"]["anyOf"]
    assert not config_changes(config, config).may_orphan_annotations


@pytest.mark.parametrize("key", TEMPLATES)
def test_template_has_texts_for_people(key):
    template = TEMPLATES[key]
    assert 3 <= len(template.title) <= Project._meta.get_field("title").max_length
    assert template.description.endswith(".")
    assert template.plugin == ""


@pytest.mark.parametrize(
    ("wanted", "keys"),
    [
        ({"group": "audio"}, {"audio_transcription", "speakers", "sound_events"}),
        ({"object_type": "chat"}, {"chat_evaluation"}),
        ({"search": "BRUSH"}, {"semantic_masks"}),
        ({"search": "document_pages"}, {"document_pages"}),
        ({"group": "Audio", "object_type": "Video"}, set()),
        ({}, set(TEMPLATES)),
    ],
)
def test_filters_leave_what_is_asked_for(wanted, keys):
    assert {key for key, template in TEMPLATES.items() if TemplateFilter(**wanted).takes(template)} == keys


def test_templates_without_plugins_are_the_cores():
    assert templates_for(frozenset()) == core_templates()
