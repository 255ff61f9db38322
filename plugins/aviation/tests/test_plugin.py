"""The hooks as the core calls them."""

import io
from pathlib import Path

import pytest
import tenon_aviation
from django.utils.module_loading import import_string
from tenon_aviation.plugin import plugin

from platform_core.plugins.hookspecs import HOOKS
from platform_core.plugins.manifest import load_manifest
from platform_core.projects.label_config import CORE_TAGS, parse_label_config
from platform_core.sdk import AnnotationContext, ImportFormatError, LabelConfigContext, OrganizationRef, TaxonomyRef
from platform_core.sdk.views import TenonAPIView

PACKAGE = Path(tenon_aviation.__file__).parent
NOWHERE = OrganizationRef(id=0, slug="nowhere", schema="nowhere")
BINDINGS = {
    "phase": TaxonomyRef.parse("aviation:cictt_phases@1.3"),
    "categories": TaxonomyRef.parse("aviation:cictt@4.7"),
}


def choices(control, *values):
    return {"id": f"{control}-1", "from_name": control, "type": "choices", "value": {"choices": list(values)}}


def annotate(organization, *result, bindings=BINDINGS, parsed=None):
    context = AnnotationContext(
        organization=organization, project_id=1, task_id=1, bindings=bindings, parsed=parsed or {}
    )
    issues = plugin.validate_annotation(context=context, result=list(result))
    return [(issue.severity, issue.code, issue.key, issue.region) for issue in issues]


def configure(organization, *, bindings, parsed=None, previous=None):
    context = LabelConfigContext(
        organization=organization,
        project_id=None,
        config="<View/>",
        parsed=parsed or {},
        bindings=bindings,
        previous=previous,
    )
    return [issue.message for issue in plugin.validate_label_config(context=context)]


def test_manifest_is_accepted_and_blocks_on_annotations():
    manifest = load_manifest(PACKAGE / "plugin.toml")
    assert (manifest.slug, manifest.default_enabled) == ("aviation", False)
    assert manifest.blocking == ("validate_annotation",)
    assert [request.codename for request in manifest.permissions] == ["aviation.packs.view", "aviation.packs.change"]


def test_every_marked_method_is_a_hook_of_the_core():
    marked = {name for name in dir(plugin) if hasattr(getattr(plugin, name), "tenon_impl")}
    assert marked <= HOOKS.keys()
    assert {"register_routes", "register_importers", "validate_annotation", "after_enable"} <= marked


def test_routes_lie_below_the_prefix_and_lead_to_views():
    assert [(route.path, route.name) for route in plugin.register_routes()] == [
        ("packs/", "pack-list"),
        ("packs/<int:pk>/", "pack-detail"),
        ("packs/<int:pk>/nodes/", "pack-node-list"),
        ("nodes/<int:pk>/", "node-detail"),
        ("templates/", "template-list"),
    ]
    for route in plugin.register_routes():
        assert issubclass(import_string(route.view), TenonAPIView)


def test_taxonomies_are_the_shipped_packs():
    assert [(spec.key, spec.version) for spec in plugin.register_taxonomies()] == [
        ("cictt", "4.7"),
        ("cictt_phases", "1.3"),
    ]


def test_plan_says_what_will_be_installed():
    (note,) = plugin.plan_enable()
    assert (note.level, "aviation:cictt@4.7 (36 values)" in note.message) == ("info", True)


def test_template_is_accepted_by_the_core_and_binds_its_controls():
    (template,) = plugin.register_project_templates()
    config = parse_label_config(template.label_config, tags=CORE_TAGS)
    assert {name: str(control.taxonomy) for name, control in config.controls.items() if control.taxonomy} == {
        "phase": "aviation:cictt_phases@1.3",
        "categories": "aviation:cictt@4.7",
    }
    assert [name for name, control in config.controls.items() if control.required] == [
        "phase",
        "categories",
        "event_class",
    ]
    assert [label.value for label in config.controls["event_class"].labels] == [
        "Accident",
        "Serious incident",
        "Incident",
        "No safety effect",
        "Not determined",
    ]
    assert (config.controls["categories"].multiple, config.controls["phase"].multiple) == (True, False)


def test_importer_recognizes_and_reads_the_extract(extract_path):
    (importer,) = plugin.register_importers()
    assert importer.sniff(extract_path.read_bytes()[:65536], extract_path.name)
    with extract_path.open("rb") as stream:
        tasks = list(importer.read(stream))
    assert [task.item for task in tasks] == list(range(41))
    assert (tasks[0].line, tasks[0].data["acn"], tasks[0].meta["external_id"]) == (4, "81135", "81135")


def test_importer_names_item_line_and_column(extract_path):
    (importer,) = plugin.register_importers()
    lines = extract_path.read_bytes().split(b"\n")
    lines[5] = lines[5].replace(b",19", b",Jan 19", 1)
    with pytest.raises(ImportFormatError, match="line 6, column 'Time / Date'") as caught:
        list(importer.read(io.BytesIO(b"\n".join(lines))))
    assert (caught.value.item, caught.value.line, caught.value.key) == (2, 6, "Time / Date")


def test_a_project_without_our_taxonomies_is_left_alone():
    other = {"kind": TaxonomyRef.parse("other:thing@1")}
    assert annotate(NOWHERE, choices("kind", "x"), bindings=other) == []
    assert configure(NOWHERE, bindings=other) == []


def test_sound_annotation_passes(aviation):
    assert annotate(aviation, choices("phase", "APR"), choices("categories", "CFIT")) == []


def test_excluded_pair_is_an_error_that_names_control_and_region(aviation):
    assert annotate(aviation, choices("phase", "APR"), choices("categories", "CFIT", "LOC-I")) == [
        ("error", "V-EXCL", "categories", "categories-1")
    ]


def test_an_upgrade_brings_back_a_pack_that_is_missing(aviation):
    from tenon_aviation.models import TaxonomyPack

    TaxonomyPack.objects.filter(key="cictt").delete()
    plugin.after_upgrade()
    assert TaxonomyPack.objects.filter(key="cictt").exists()


def test_unusual_phase_is_a_warning(aviation):
    assert annotate(aviation, choices("phase", "ENR"), choices("categories", "RE")) == [
        ("warning", "V-PHASE", "categories", "categories-1")
    ]


def test_every_bound_pack_must_be_coded_from(aviation):
    assert annotate(aviation, choices("phase", "APR")) == [("error", "V-REQ", "categories", None)]
    assert annotate(aviation) == [("error", "V-REQ", "phase", None), ("error", "V-REQ", "categories", None)]


def test_a_second_control_of_the_same_pack_may_stay_empty(aviation):
    bindings = {**BINDINGS, "more": BINDINGS["categories"]}
    for control in ("categories", "more"):
        assert annotate(aviation, choices("phase", "APR"), choices(control, "CFIT"), bindings=bindings) == []


def test_a_control_that_may_never_be_shown_is_not_required(aviation):
    parsed = {"categories": {"conditionals": {"type": "choice", "name": "yes"}}}
    assert annotate(aviation, choices("phase", "APR"), parsed=parsed) == []


def test_label_config_must_bind_to_an_installed_pack(aviation):
    assert configure(aviation, bindings=BINDINGS) == []
    wrong = {"phase": TaxonomyRef.parse("aviation:cictt_phases@9")}
    assert configure(aviation, bindings=wrong) == [
        "'phase': aviation:cictt_phases@9 is not installed in this organization."
    ]


def test_label_config_may_bind_choices_and_taxonomy_only(aviation):
    assert configure(aviation, bindings=BINDINGS, parsed={"phase": {"type": "Taxonomy"}}) == []
    assert configure(aviation, bindings=BINDINGS, parsed={"phase": {"type": "Labels"}}) == [
        "'phase': only Choices and Taxonomy can be bound to aviation:cictt_phases@1.3."
    ]


def test_retired_pack_is_refused_for_new_bindings_only(aviation):
    from tenon_aviation.models import TaxonomyPack

    pack = TaxonomyPack.objects.get(key="cictt")
    pack.status = "retired"
    pack.save()
    assert configure(aviation, bindings=BINDINGS) == [
        "'categories': aviation:cictt@4.7 is retired; bind to a released version."
    ]
    assert configure(aviation, bindings=BINDINGS, previous='taxonomy="aviation:cictt@4.7"') == []
