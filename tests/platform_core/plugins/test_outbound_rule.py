import pytest

from platform_core.outbound import OutboundRefusedError, refuse_unless_allowed
from platform_core.plugins.acting import acting_as
from platform_core.plugins.consent import host_matches
from platform_core.plugins.models import Activation
from platform_core.plugins.queries.enabled import forget_enabled_plugins
from tests.support.loaded_plugins import loaded


@pytest.mark.parametrize(
    ("host", "patterns", "expected"),
    [
        ("api.example.com", ("api.example.com",), True),
        ("API.Example.com.", ("api.example.com",), True),
        ("example.com", ("*.example.com",), False),
        ("a.b.example.com", ("*.example.com",), True),
        ("badexample.com", ("*.example.com",), False),
        ("anything", ("*",), True),
        ("anything", (), False),
    ],
)
def test_hosts_match_the_names_of_a_manifest(host, patterns, expected):
    assert host_matches(host, patterns) is expected


def test_plugin_calls_only_hosts_that_it_declared(install, settings):
    settings.TENON_OUTBOUND_ALLOW = ["127.0.0.1", "127.0.0.2"]
    install(loaded("kites", says={"outbound_hosts": ("127.0.0.1",)}))

    with acting_as("kites"):
        refuse_unless_allowed("http://127.0.0.1/")
        with pytest.raises(OutboundRefusedError, match="does not name it under outbound_hosts") as refused:
            refuse_unless_allowed("http://127.0.0.2/")
    refuse_unless_allowed("http://127.0.0.2/")

    assert refused.value.data == {"plugin": "kites", "host": "127.0.0.2"}


def test_host_that_an_upgrade_added_waits_for_the_consent(in_alpha, install, settings):
    settings.TENON_OUTBOUND_ALLOW = ["127.0.0.1", "127.0.0.2"]
    install(loaded("kites", says={"outbound_hosts": ("127.0.0.1", "127.0.0.2")}))
    Activation.objects.create(slug="kites", state="enabled", withheld=["host:127.0.0.2"])

    with acting_as("kites"):
        refuse_unless_allowed("http://127.0.0.1/")
        with pytest.raises(OutboundRefusedError, match="nobody has agreed"):
            refuse_unless_allowed("http://127.0.0.2/")
        Activation.objects.update(withheld=[])
        forget_enabled_plugins()
        refuse_unless_allowed("http://127.0.0.2/")
