import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from platform_core.api.errors import NotFoundError, ValidationFailedError
from platform_core.events.models import AuditEntry, OutboxEvent
from platform_core.members.models import Member
from platform_core.members.queries.acting import acting_member
from platform_core.plugins.models import PluginSettings
from platform_core.plugins.services.settings import change_settings, plugin_secret, plugin_settings
from platform_core.projects.models import Project
from platform_core.sdk.settings import read_secret, read_settings
from platform_core.sealed_fields import open_secret, save_secret
from platform_core.sealing import SealedTextError
from tenants.scope import public_scope, tenant_scope
from tests.support.loaded_plugins import loaded

SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["token"],
    "properties": {
        "token": {"type": "string", "minLength": 5, "writeOnly": True},
        "url": {"type": "string"},
        "smtp": {
            "type": "object",
            "maxProperties": 2,
            "properties": {"host": {"type": "string"}, "password": {"type": "string", "writeOnly": True}},
        },
    },
}


@pytest.fixture
def mailer(install, tmp_path, monkeypatch):
    package = tmp_path / "tenon_secret_mailer"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "settings.json").write_text(json.dumps(SCHEMA))
    monkeypatch.syspath_prepend(tmp_path)
    install(loaded("mailer", package=package.name, says={"settings_schema": "settings.json"}))


@pytest.fixture
def actor(in_alpha):
    return acting_member(Member.objects.get().pk)


@pytest.fixture
def saved(mailer, actor):
    values = {"token": "abcdef", "url": "u", "smtp": {"host": "h", "password": "geheim"}}
    return change_settings(slug="mailer", values=values, actor=actor)


def everything_stored():
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(s::text, ' ') FROM plugins_pluginsettings s")
        rows = cursor.fetchone()[0]
    audit = list(AuditEntry.objects.values_list("data", flat=True))
    return f"{rows} {audit} {list(OutboxEvent.objects.values_list('payload', flat=True))}"


def test_secrets_are_sealed_and_never_read_back(saved):
    assert saved.values == {"url": "u", "smtp": {"host": "h"}} == read_settings("mailer")
    assert saved.secrets == ("smtp/password", "token")
    assert (read_secret("mailer", "token"), plugin_secret("mailer", "smtp/password")) == ("abcdef", "geheim")
    stored = everything_stored()
    assert "abcdef" not in stored
    assert "geheim" not in stored
    assert AuditEntry.objects.latest("pk").data["secrets"] == ["smtp/password", "token"]


def test_secret_that_is_not_sent_stays_and_null_takes_it_away(saved, actor):
    later = change_settings(slug="mailer", values={"url": "v", "smtp": {"password": None}}, actor=actor)

    assert (later.values, later.secrets) == ({"url": "v", "smtp": {}}, ("token",))
    assert (read_secret("mailer", "token"), read_secret("mailer", "smtp/password")) == ("abcdef", None)
    assert list(PluginSettings.objects.exclude(sealed={}).values_list("version", flat=True)) == [2]


def test_secret_is_replaced(saved, actor):
    change_settings(slug="mailer", values={"token": "ghijkl"}, actor=actor)

    assert read_secret("mailer", "token") == "ghijkl"


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"token": "pw1"}, "token"),
        ({"token": {"pw1": "pw1"}}, "token"),
        ({"smtp": {"password": "pw1", "a": 1, "b": 2}}, "smtp"),
        ({"token": None}, "values"),
    ],
)
def test_refusal_never_shows_a_secret(saved, actor, values, path):
    with pytest.raises(ValidationFailedError) as refused:
        change_settings(slug="mailer", values=values, actor=actor)

    assert path in refused.value.validation_errors
    assert not any(word in str(refused.value.validation_errors) for word in ("pw1", "abcdef", "geheim"))
    assert read_secret("mailer", "token") == "abcdef"


@pytest.mark.parametrize("path", ["url", "unknown", "smtp", ""])
def test_only_secret_settings_are_secrets(saved, path):
    with pytest.raises(NotFoundError):
        plugin_secret("mailer", path)


def test_settings_without_a_row_have_no_secret(mailer, in_alpha):
    assert (plugin_secret("mailer", "token"), plugin_settings("mailer").secrets) == (None, ())


def test_secrets_of_another_organization_do_not_open(beta, saved):
    row = PluginSettings.objects.get()
    with tenant_scope(beta):
        PluginSettings.objects.create(slug="mailer", version=1, values=row.values, sealed=row.sealed)
        with pytest.raises(SealedTextError):
            plugin_secret("mailer", "token")


def test_secret_whose_key_is_gone_is_asked_for_again(saved, actor, settings):
    settings.SECRET_KEY = "another-key-" * 5

    with pytest.raises(ValidationFailedError) as refused:
        change_settings(slug="mailer", values={"url": "v"}, actor=actor)
    assert set(refused.value.validation_errors) <= {"token", "smtp/password"}
    change_settings(slug="mailer", values={"token": "ghijkl", "smtp": {"password": None}}, actor=actor)
    assert read_secret("mailer", "token") == "ghijkl"


def test_resealing_renews_rows_and_settings_for_the_present_key(beta, saved, settings):
    project = Project.objects.create(title="Media")
    save_secret(project, "task_data_password", "hunter2")
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "the-new-key-" * 5
    out = StringIO()

    with public_scope():
        call_command("reseal_secrets", stdout=out)
        call_command("reseal_secrets", organization="alpha", stdout=out)

    assert out.getvalue().splitlines() == [
        "alpha: 3 secrets renewed",
        "beta: 0 secrets renewed",
        "alpha: 0 secrets renewed",
    ]
    settings.SECRET_KEY_FALLBACKS = []
    assert read_secret("mailer", "token") == "abcdef"
    assert open_secret(Project.objects.get(pk=project.pk), "task_data_password") == "hunter2"


def test_resealing_without_the_former_key_changes_nothing_and_says_so(saved, settings):
    settings.SECRET_KEY = "another-key-" * 5
    before = PluginSettings.objects.get().sealed

    with public_scope(), pytest.raises(CommandError, match="alpha"):
        call_command("reseal_secrets", stderr=StringIO(), stdout=StringIO())
    with public_scope(), pytest.raises(CommandError, match="no organization"):
        call_command("reseal_secrets", organization="nobody")

    assert PluginSettings.objects.get().sealed == before
