import io
import json

import pytest
from django.core.management import CommandError, call_command

from platform_core.plugins.manifest import PermissionRequest
from platform_core.plugins.models import Activation
from platform_core.plugins.types import PlanNote
from tenants.scope import tenant_scope
from tests.support.loaded_plugins import loaded

PERMISSION = PermissionRequest(codename="kites.kites.fly", reason="To fly.", roles=("MA",))


@pytest.fixture
def run(alpha, install):
    """Return a function that runs `plugins` in alpha, where `kites` and `torn` are installed."""
    note = PlanNote(level="info", message="Mind the wind.")
    block = PlanNote(level="block", message="No cloth.")
    install(
        loaded("kites", says={"permissions": (PERMISSION,)}, plan_enable=lambda self: [note]),
        loaded("torn", plan_enable=lambda self: [block]),
    )

    def call(*words, organization="alpha"):
        out = io.StringIO()
        call_command("plugins", *words, "--organization", organization, stdout=out)
        return out.getvalue()

    return call


def _state(organization):
    with tenant_scope(organization):
        row = Activation.objects.filter(pk="kites").first()
        return row.state if row else None


def test_list_shows_each_plugin_with_its_state(run, install):
    lines = run("list").splitlines()

    assert [line.split()[:3] for line in lines] == [["kites", "available", "1.0"], ["torn", "available", "1.0"]]
    assert [row["slug"] for row in json.loads(run("list", "--json"))] == ["kites", "torn"]
    install()
    assert run("list") == "No plugin is installed.\n"


def test_plan_shows_permissions_notes_and_what_blocks(run):
    plan = run("plan", "kites")

    assert "enable kites 1.0 in alpha" in plan
    assert "permission kites.kites.fly (MA): To fly." in plan
    assert "info: Mind the wind." in plan
    assert "blocked: No cloth." in run("plan", "torn")
    assert json.loads(run("plan", "kites", "--json"))["plan_hash"]


def test_acts_are_done_at_once_and_can_be_taken_back(run, alpha):
    assert json.loads(run("enable", "kites", "--yes", "--json")) == {"plugin": "kites", "state": "enabled"}
    assert run("disable", "kites", "--yes") == "kites: disabled\n"
    assert run("purge", "kites", "--yes") == "kites: purging\n"
    assert run("purge", "kites", "--cancel") == "kites: disabled\n"
    assert run("purge", "kites", "--yes", "--force") == "kites: available\n"
    assert _state(alpha) is None


@pytest.mark.parametrize(("answer", "state"), [("y", "enabled"), ("YES ", "enabled"), ("", None), ("no", None)])
def test_enabling_shows_the_plan_and_asks(run, alpha, monkeypatch, answer, state):
    asked = []
    monkeypatch.setattr("builtins.input", lambda question: asked.append(question) or answer)

    if state:
        assert "permission kites.kites.fly" in run("enable", "kites")
    else:
        with pytest.raises(CommandError, match="Nothing was changed"):
            run("enable", "kites")

    assert asked == ["Enable kites in alpha? [y/N] "]
    assert _state(alpha) == state


def test_refusals_are_one_message(run):
    with pytest.raises(CommandError, match='There is no organization "nobody"'):
        run("list", organization="nobody")
    with pytest.raises(CommandError, match="No cloth"):
        run("enable", "torn", "--yes")
    with pytest.raises(CommandError, match="never been enabled"):
        run("disable", "kites", "--yes")
