import pytest
from django.db import connection

from platform_core.plugins.collection import _check_tags, check_sequence, collect, database_forbidden
from platform_core.plugins.errors import HookResultError, PluginRejectedError
from platform_core.plugins.hookspecs import HOOKS, hookimpl
from platform_core.plugins.implementations import read_implementations
from platform_core.plugins.registrations import DocumentPart
from platform_core.sdk import ProjectTemplateSpec, TaxonomySpec
from platform_core.sdk.labels import TagKind, TagSpec


def template(key="one"):
    return ProjectTemplateSpec(key=key, title="t", description="d", group="g", label_config="<View/>")


def taxonomy(key, version):
    return TaxonomySpec(key=key, version=version, title="t", source="s", licence="l")


def registered(**hooks):
    plugin = type("Plugin", (), {name: hookimpl(function) for name, function in hooks.items()})()
    return collect(read_implementations(plugin), lambda item: item.function())


def test_results_are_collected_by_hook():
    found = registered(
        register_project_templates=lambda self: [template()],
        register_taxonomies=lambda self: (taxonomy("a", "1"), taxonomy("a", "2")),
        register_label_tags=lambda self: [TagSpec(name="Airport", kind=TagKind.VISUAL)],
    )

    assert [item.key for item in found.project_templates] == ["one"]
    assert [item.version for item in found.taxonomies] == ["1", "2"]
    assert [item.name for item in found.label_tags] == ["Airport"]
    assert found.routes == ()


@pytest.mark.parametrize(
    ("hook", "value", "message"),
    [
        ("register_project_templates", None, "returned NoneType"),
        ("register_project_templates", [template(), template()], "'one' is given twice"),
        ("register_project_templates", [template("No Key")], "must match"),
        ("register_taxonomies", [taxonomy("a", "1"), taxonomy("a", "1")], "'a' is given twice"),
        ("register_taxonomies", [template()], "ProjectTemplateSpec at 0"),
        ("register_label_tags", [TagSpec(name="Choices", kind=TagKind.VISUAL)], "clashes with the tag 'Choices'"),
        ("register_label_tags", [TagSpec(name="airport", kind=TagKind.VISUAL)], "upper-case"),
        ("register_document_parts", [DocumentPart(key="paths", build=dict)], "the section 'paths' is the core's"),
    ],
)
def test_wrong_results_are_refused(hook, value, message):
    with pytest.raises(PluginRejectedError, match=message):
        registered(**{hook: lambda self: value})


def test_exception_is_refused_with_its_type():
    with pytest.raises(PluginRejectedError, match=r"register_taxonomies\(\) raised ZeroDivisionError"):
        registered(register_taxonomies=lambda self: 1 / 0)


def touch_database(self):
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return []


@pytest.mark.django_db
def test_database_is_forbidden_while_registering_and_allowed_again():
    with pytest.raises(PluginRejectedError, match="must not use the database"):
        registered(register_taxonomies=touch_database)
    with database_forbidden(), pytest.raises(RuntimeError):
        touch_database(None)

    assert touch_database(None) == []


def test_hook_that_must_return_nothing_may_not_answer():
    with pytest.raises(HookResultError, match="returned bool; it must return nothing"):
        check_sequence(HOOKS["after_enable"], True)
    assert check_sequence(HOOKS["after_enable"], None) == ()


def test_label_tag_of_another_kind_is_refused():
    with pytest.raises(PluginRejectedError, match="returned str; it must be TagSpec"):
        _check_tags(["Airport"])
