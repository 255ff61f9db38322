import pytest

from platform_core.plugins.errors import PluginRejectedError
from platform_core.plugins.hookspecs import HOOKS, Hooks, hookimpl
from platform_core.plugins.implementations import read_implementations


def plugin(**methods):
    return type("Plugin", (), methods)()


def test_every_specification_is_in_the_table_and_documented():
    specified = {name for name in vars(Hooks) if hasattr(getattr(Hooks, name), "tenon_spec")}

    assert specified == set(HOOKS)
    assert [name for name in specified if "Class " not in (getattr(Hooks, name).__doc__ or "")] == []


def test_arguments_may_be_a_subset():
    def validate_annotation(self, result):
        return []

    found = read_implementations(plugin(validate_annotation=hookimpl(validate_annotation)))

    assert list(found) == ["validate_annotation"]
    assert found["validate_annotation"].arguments == ("result",)


def test_plain_methods_are_left_alone():
    assert read_implementations(plugin(helper=lambda self: 1)) == {}


@pytest.mark.parametrize("option", ["wrapper", "hookwrapper", "tryfirst", "trylast", "optionalhook"])
def test_options_that_touch_other_plugins_are_refused(option):
    def validate_annotation(self):
        yield

    with pytest.raises(PluginRejectedError, match=option):
        read_implementations(plugin(validate_annotation=hookimpl(**{option: True})(validate_annotation)))


def test_another_method_name_is_refused():
    with pytest.raises(PluginRejectedError, match="no hook"):
        read_implementations(plugin(check=hookimpl(specname="validate_annotation")(lambda self: [])))


def test_specname_on_a_hook_name_is_refused():
    method = hookimpl(specname="validate_task")(lambda self: [])
    with pytest.raises(PluginRejectedError, match="specname"):
        read_implementations(plugin(validate_annotation=method))


def test_unknown_hook_is_refused():
    with pytest.raises(PluginRejectedError, match=r"validate_everything\(\) is no hook"):
        read_implementations(plugin(validate_everything=hookimpl(lambda self: [])))


def test_unknown_argument_is_refused_and_named():
    def validate_annotation(self, request):
        return []

    with pytest.raises(PluginRejectedError, match="request"):
        read_implementations(plugin(validate_annotation=hookimpl(validate_annotation)))


def test_coroutines_and_generators_are_refused():
    async def coroutine(self):
        return []

    def generator(self):
        yield

    with pytest.raises(PluginRejectedError, match="async"):
        read_implementations(plugin(validate_annotation=hookimpl(coroutine)))
    with pytest.raises(PluginRejectedError, match="generator"):
        read_implementations(plugin(validate_annotation=hookimpl(generator)))


def test_forgotten_mark_is_refused():
    with pytest.raises(PluginRejectedError, match=r"validate_annotation\(\) is named like a hook and not marked"):
        read_implementations(plugin(validate_annotation=lambda self: []))


def test_class_instead_of_an_instance_is_refused():
    with pytest.raises(PluginRejectedError, match="name an instance"):
        read_implementations(type(plugin()))
