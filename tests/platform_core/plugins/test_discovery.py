import sys

import pytest

from platform_core.plugins.discovery import find_package_dir


def test_candidates_are_found_without_importing_them(site):
    broken, healthy = site.install("import_error", "healthy")[::-1]

    assert (healthy.slug, broken.slug) == ("healthy", "import_error")
    assert (healthy.distribution, healthy.version, healthy.package) == ("tenon-healthy", "0.1.0", "tenon_healthy")
    assert healthy.manifest.permissions[0].codename == "healthy.notes.view"
    assert broken.error is None
    assert not [name for name in sys.modules if name.startswith(("tenon_healthy", "tenon_import_error"))]


def test_package_that_is_not_there_is_an_error_of_that_candidate_only(site):
    site.install("healthy", "raising_hook")
    for path in site.package("healthy").rglob("*.*"):
        path.unlink()
    site.package("healthy").rename(site.path / "elsewhere")
    healthy, raising = site.candidates()

    assert "package 'tenon_healthy' of entry point 'tenon_healthy.plugin:plugin' is not installed" in healthy.error
    assert raising.error is None


def test_slug_and_entry_point_must_agree(site):
    site.install("healthy")
    manifest = site.package("healthy") / "plugin.toml"
    manifest.write_text(
        manifest.read_text().replace('slug = "healthy"', 'slug = "other"').replace("healthy.notes", "other.notes")
    )
    (candidate,) = site.candidates()

    assert candidate.slug == "healthy"
    assert "entry point 'healthy' and slug 'other'" in candidate.error


def test_versions_must_agree_unless_editable(site):
    site.install("healthy")
    site.install("raising_hook", editable=True)
    for name in ("healthy", "raising_hook"):
        manifest = site.package(name) / "plugin.toml"
        manifest.write_text(manifest.read_text().replace('version = "0.1.0"', 'version = "0.2.0"'))
    healthy, raising = site.candidates()

    assert "version '0.2.0' of plugin.toml differs from '0.1.0'" in healthy.error
    assert raising.error is None


def test_entry_point_must_name_an_object(site):
    site.install("healthy")
    (info,) = site.path.glob("tenon_healthy-*.dist-info")
    (info / "entry_points.txt").write_text("[tenon.plugins]\nhealthy = tenon_healthy.plugin\n")
    (candidate,) = site.candidates()

    assert "must name an object" in candidate.error


@pytest.mark.parametrize("text", ["{", "[]", "null", '{"dir_info": []}'])
def test_odd_description_of_an_installation_means_not_editable(site, text):
    site.install("healthy")
    (info,) = site.path.glob("tenon_healthy-*.dist-info")
    (info / "direct_url.json").write_text(text)

    (candidate,) = site.candidates()

    assert not candidate.editable


@pytest.mark.parametrize("name", ["", "json.", "no_such_package_anywhere", "json.tool.x"])
def test_package_that_cannot_be_found_has_no_folder(name):
    assert find_package_dir(name) is None
