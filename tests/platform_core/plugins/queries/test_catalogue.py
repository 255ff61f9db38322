import pytest

from platform_core.api.errors import NotFoundError
from platform_core.plugins.loader import QuarantinedPlugin
from platform_core.plugins.models import Activation
from platform_core.plugins.queries.catalogue import catalogue, catalogue_entry, manifest_of
from tests.support.loaded_plugins import loaded, manifest


def test_catalogue_tells_loaded_quarantined_and_missing_plugins_apart(in_alpha, install):
    torn = QuarantinedPlugin(slug="torn", reason="No cloth.", manifest=manifest("torn", version="0.3"))
    install(loaded("kites"), quarantined={"torn": torn})
    Activation.objects.create(slug="gone", state="enabled", version="2.0", depends=["kites"])

    found = {entry.slug: entry for entry in catalogue()}

    assert {slug: entry.state for slug, entry in found.items()} == {
        "gone": "missing",
        "kites": "available",
        "torn": "quarantined",
    }
    assert (found["torn"].error, found["torn"].version) == ("No cloth.", "0.3")
    assert (found["gone"].installed_version, found["gone"].version, found["gone"].depends) == ("2.0", "", ("kites",))


def test_entry_of_a_plugin_that_is_neither_installed_nor_used_here_is_not_found(in_alpha, install):
    install(loaded("kites"))

    assert catalogue_entry("kites").state == "available"
    with pytest.raises(NotFoundError, match="torn"):
        catalogue_entry("torn")
    assert manifest_of("torn") is None
