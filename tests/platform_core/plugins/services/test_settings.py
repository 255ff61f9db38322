import json

import pytest

from platform_core.api.errors import NotFoundError, ValidationFailedError
from platform_core.events.models import AuditEntry, OutboxEvent
from platform_core.members.models import Member
from platform_core.members.queries.acting import acting_member
from platform_core.plugins.models import PluginSettings
from platform_core.plugins.services.settings import change_settings, plugin_settings
from tenants.scope import tenant_scope
from tests.support.loaded_plugins import loaded

SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "wind": {"type": "integer", "minimum": 1, "default": 3},
        "places": {"type": "array", "items": {"type": "object", "required": ["name"]}},
        "anything": True,
    },
}


@pytest.fixture
def kites(install, tmp_path, monkeypatch):
    package = tmp_path / "tenon_settings_kites"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "settings.json").write_text(json.dumps(SCHEMA))
    monkeypatch.syspath_prepend(tmp_path)
    install(loaded("kites", package=package.name, says={"settings_schema": "settings.json"}), loaded("plain"))


@pytest.fixture
def actor(in_alpha):
    return acting_member(Member.objects.get().pk)


def test_defaults_count_until_something_is_saved(in_alpha, kites):
    state = plugin_settings("kites")

    assert (state.version, state.values, state.schema) == (0, {"wind": 3}, SCHEMA)


def test_saved_settings_are_versioned_audited_and_told(alpha, beta, actor, kites):
    first = change_settings(slug="kites", values={"wind": 5}, actor=actor)
    second = change_settings(slug="kites", values={"places": [{"name": "Hill"}]}, actor=actor)

    assert (first.version, first.values) == (1, {"wind": 5})
    assert (second.version, second.values) == (2, {"wind": 3, "places": [{"name": "Hill"}]})
    entry = AuditEntry.objects.filter(action="plugin.settings_changed").latest("pk")
    assert entry.data == {"version": 2, "keys": ["places"]}
    assert OutboxEvent.objects.filter(type="plugin.settings_changed").count() == 2
    with tenant_scope(beta):
        assert plugin_settings("kites").version == 0


def test_values_that_break_the_schema_are_refused_by_path_and_nothing_is_saved(actor, kites):
    with pytest.raises(ValidationFailedError) as refused:
        change_settings(slug="kites", values={"wind": 0, "places": [{}], "sail": 1}, actor=actor)

    assert set(refused.value.validation_errors) == {"wind", "places/0", "values"}
    assert not PluginSettings.objects.exists()


@pytest.mark.parametrize("slug", ["plain", "unknown"])
def test_plugin_without_settings_has_none(in_alpha, kites, slug):
    with pytest.raises(NotFoundError):
        plugin_settings(slug)
