import io
import json

import pytest
from django.core.management import CommandError, call_command

from platform_core.plugins.models import Activation
from platform_core.projects.models import Project
from tenants.models import Domain, organization_refs
from tenants.scope import tenant_scope

pytestmark = pytest.mark.usefixtures("db", "registered")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "demo.json"


def run(path, port=8000):
    out = io.StringIO()
    call_command("tenon_demo", port=port, credentials=path, stdout=out)
    return out.getvalue()


def inside(slug):
    return tenant_scope(organization_refs(slug=slug)[0])


def test_first_organization_shows_the_plugin_and_the_second_has_none(path):
    shown = run(path)

    assert "organization aero: created" in shown
    assert "plugin notes enabled" in shown
    with inside("aero"):
        assert Project.objects.get().title == "Kinds of notes"
    with inside("acme"):
        assert not Project.objects.exists()
        assert not Activation.objects.exists()


def test_second_run_keeps_everything_and_follows_the_port(path):
    run(path)
    before = json.loads(path.read_text())["organizations"]
    shown = run(path, port=9000)
    after = json.loads(path.read_text())

    assert "organization acme: kept" in shown
    assert "notes" not in shown
    assert [item["api_token"] for item in after["organizations"].values()] == [
        item["api_token"] for item in before.values()
    ]
    assert after["public_url"] == "http://testserver:9000"
    assert after["organizations"]["acme"]["url"] == "http://127.0.0.1:9001"
    ports = Domain.objects.filter(domain__startswith="127.0.0.1:").values_list("domain", flat=True)
    assert sorted(ports) == ["127.0.0.1:9000", "127.0.0.1:9001"]
    with inside("aero"):
        assert Project.objects.count() == 1


def test_trouble_is_one_message(path):
    path.write_text("{")
    with pytest.raises(CommandError, match=r"The demo was not loaded: .* is damaged"):
        run(path)
