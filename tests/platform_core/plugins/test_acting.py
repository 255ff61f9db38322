import pytest

from platform_core.plugins.acting import act_from_now_on_as, acting_as, acting_plugin
from platform_core.plugins.hookspecs import HOOKS
from platform_core.plugins.invocation import Invoker


def test_the_core_acts_unless_a_plugin_does():
    assert acting_plugin() == ""
    with acting_as("kites"):
        with acting_as("boats"):
            assert acting_plugin() == "boats"
        assert acting_plugin() == "kites"
        with pytest.raises(ValueError, match="wind"), acting_as("boats"):
            raise ValueError("wind")
        assert acting_plugin() == "kites"
    assert acting_plugin() == ""


def test_what_begins_inside_ends_with_the_block_around_it():
    with acting_as(""):
        act_from_now_on_as("kites")
        assert acting_plugin() == "kites"
    assert acting_plugin() == ""


def test_hook_acts_as_its_plugin():
    spec = HOOKS["validate_task"]
    seen = []

    Invoker().measure("kites", spec, lambda: seen.append(acting_plugin()) or [])

    assert (seen, acting_plugin()) == (["kites"], "")
