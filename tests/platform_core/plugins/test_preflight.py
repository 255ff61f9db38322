import json

import pytest

from platform_core.plugins import lock as lock_file
from platform_core.plugins.errors import PluginsRejectedError
from platform_core.plugins.lock import installed_plugin_apps, read_lock
from platform_core.plugins.preflight import ensure_lock, lock_plugins
from platform_core.plugins.trial import CoreStartError

pytestmark = pytest.mark.slow  # tries each plugin in a process of its own, which loads Django
SETTINGS = "platform_core.settings.test"


def lock(data_dir, candidates, **options):
    options = {"strict": False, "settings_module": SETTINGS, **options}
    return lock_plugins(data_dir, candidates=candidates, **options)


def reasons(found):
    return {plugin.slug: plugin.reason for plugin in found.plugins}


def test_healthy_plugins_are_accepted_in_order_of_dependency(tmp_path, site):
    found = lock(tmp_path, site.install("healthy_child", "healthy"))

    assert [(plugin.slug, plugin.reason, plugin.depth) for plugin in found.plugins] == [
        ("healthy", None, 0),
        ("healthy_child", None, 1),
    ]
    assert found.plugins[0].tables == ("healthy_note",)
    assert read_lock(tmp_path) == found
    assert installed_plugin_apps(tmp_path) == ["tenon_healthy"]


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        (
            "import_error",
            ["ModuleNotFoundError", "a_module_that_does_not_exist", "tenon_import_error/__init__.py", "line 1"],
        ),
        ("bad_manifest", ["tenon_bad_manifest/plugin.toml", "'hook_level'", "99"]),
        ("no_object", ["AttributeError", "plugin"]),
        ("missing_dependency", ["depends on 'not_there', which is not installed"]),
        ("exit_at_import", ["ended its process with exit code 0 while it was being imported"]),
        ("sysexit_at_import", ["SystemExit: 3"]),
        ("wrapper_hook", ["validate_annotation()", "'wrapper'"]),
        ("wrong_result", ["register_taxonomies()", "returned str at 0", "TaxonomySpec"]),
        ("wrong_route", ["'thing-list'", "tenon_wrong_route.views.Missing"]),
        ("core_key", ["Link.task", "tasks.Task", "use CoreForeignKey"]),
        ("failing_ready", ["plugin_ready() raised RuntimeError: no licence"]),
        ("run_before", ["migration 0001_initial uses run_before"]),
    ],
)
def test_broken_plugin_is_quarantined_with_its_reason(tmp_path, site, name, parts):
    found = lock(tmp_path, site.install(name))

    (plugin,) = found.plugins
    assert (plugin.slug, plugin.verdict) == (name, "quarantined")
    assert [part for part in parts if part not in plugin.reason] == []
    assert installed_plugin_apps(tmp_path) == []


def test_hanging_import_is_ended_and_named(tmp_path, site):
    found = lock(tmp_path, site.install("hanging_import", "raising_hook"), timeout=12)

    assert reasons(found) == {
        "raising_hook": None,
        "hanging_import": "did not finish importing within 12 s; last output: waiting for a licence server",
    }


def test_good_plugins_beside_broken_ones_are_accepted(tmp_path, site):
    names = ["bad_manifest", "import_error", "import_error_child", "cycle_one", "cycle_two", "clash_one", "clash_two"]
    found = lock(tmp_path, site.install("healthy", "healthy_child", *names))

    assert [plugin.slug for plugin in found.accepted] == ["healthy", "healthy_child"]
    why = reasons(found)
    assert why["cycle_one"] == why["cycle_two"] == "dependency cycle: cycle_one -> cycle_two -> cycle_one"
    assert why["clash_one"] == why["clash_two"]
    assert why["clash_one"].startswith("API prefix 'clash' is claimed by 'clash_one' and 'clash_two'")
    assert why["import_error_child"].startswith("depends on 'import_error', which is quarantined: ModuleNotFoundError")


def test_failures_at_run_time_pass_the_lock(tmp_path, site):
    found = lock(tmp_path, site.install("raising_hook", "hanging_hook", "failing_migration"))

    assert reasons(found) == {"failing_migration": None, "hanging_hook": None, "raising_hook": None}


def test_slug_of_two_distributions_refuses_both(tmp_path, site):
    (first,) = site.install("raising_hook")
    second = type(first)(**{field: getattr(first, field) for field in first.__slots__} | {"distribution": "tenon-copy"})
    found = lock(tmp_path, [first, second])

    assert [plugin.verdict for plugin in found.plugins] == ["quarantined", "quarantined"]
    assert "tenon-copy 0.1.0 and tenon-raising-hook 0.1.0" in found.plugins[0].reason


def test_strict_mode_writes_the_lock_and_fails_naming_the_culprit(tmp_path, site):
    with pytest.raises(PluginsRejectedError, match=r"bad_manifest \(tenon-bad-manifest\): .*hook_level"):
        lock(tmp_path, site.install("bad_manifest", "raising_hook"), strict=True)

    assert [plugin.slug for plugin in read_lock(tmp_path).accepted] == ["raising_hook"]


def test_core_that_does_not_start_is_not_blamed_on_a_plugin(tmp_path, site):
    with pytest.raises(CoreStartError, match="a_settings_module_that_is_not_there"):
        lock(tmp_path, site.install("raising_hook"), settings_module="a_settings_module_that_is_not_there")

    assert not lock_file.lock_path(tmp_path).exists()


def test_ensure_lock_tries_again_only_after_a_change(tmp_path, site, monkeypatch):
    site.install("raising_hook")
    monkeypatch.setattr("platform_core.plugins.preflight.discover", site.candidates)
    first = ensure_lock(tmp_path, strict=False, settings_module=SETTINGS)
    before = lock_file.lock_path(tmp_path).stat().st_mtime_ns
    assert ensure_lock(tmp_path, strict=False, settings_module=SETTINGS) == first
    assert lock_file.lock_path(tmp_path).stat().st_mtime_ns == before

    (site.package("raising_hook") / "plugin.py").write_text("import nothing_like_this\n")
    again = ensure_lock(tmp_path, strict=False, settings_module=SETTINGS)

    assert "nothing_like_this" in reasons(again)["raising_hook"]


def test_lock_is_json_that_an_operator_can_read(tmp_path, site):
    lock(tmp_path, site.install("bad_manifest"))
    document = json.loads(lock_file.lock_path(tmp_path).read_text())

    assert document["format"] == 1
    assert document["plugins"][0]["slug"] == "bad_manifest"
    assert document["plugins"][0]["manifest"] is None


def test_damaged_lock_is_written_anew(tmp_path, monkeypatch):
    monkeypatch.setattr("platform_core.plugins.preflight.discover", list)
    lock_file.lock_path(tmp_path).write_text("{")

    assert ensure_lock(tmp_path, strict=False, settings_module=SETTINGS).plugins == ()
    assert read_lock(tmp_path).plugins == ()


def test_models_without_an_app_are_refused_before_any_process_is_started(tmp_path, site):
    site.install("raising_hook")
    (site.package("raising_hook") / "apps.py").unlink(missing_ok=True)
    (site.package("raising_hook") / "models.py").write_text("")

    found = lock(tmp_path, site.candidates(), settings_module="nothing_is_started")

    assert "has models and no apps.py" in reasons(found)["raising_hook"]
