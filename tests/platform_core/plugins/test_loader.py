import pytest

from platform_core.plugins.appconfig import PluginAppConfig
from platform_core.plugins.contributions import tag_registry
from platform_core.plugins.loader import PluginRegistry, _process_registry, build_registry, get_registry, use_registry
from platform_core.plugins.lock import Lock, LockedPlugin, digest_package, lock_path
from platform_core.plugins.permissions import plugin_permissions
from platform_core.plugins.types import TaxonomyRef
from platform_core.projects.label_config import CORE_TAGS

TAG_PLUGIN = """
from platform_core.sdk import TaxonomySpec, hookimpl
from platform_core.sdk.labels import TagKind, TagSpec


class Plugin:
    @hookimpl
    def register_label_tags(self):
        return [TagSpec(name="Airport", kind=TagKind.VISUAL)]

    @hookimpl
    def register_taxonomies(self):
        return [TaxonomySpec(key="kinds", version="1", title="Kinds", source="Tests", licence="CC0")]


plugin = Plugin()
"""


VIEWS = """
from platform_core.sdk.views import TenonAPIView


class NoteListAPI(TenonAPIView):
    pass
"""


def locked(candidate, **changes):
    values = {
        "slug": candidate.slug, "verdict": "accepted", "reason": None, "entry_point": candidate.entry_point,
        "distribution": candidate.distribution, "version": candidate.version, "package": candidate.package,
        "has_app": False, "tables": (), "depth": 0, "editable": candidate.editable,
        "digest": digest_package(candidate), "manifest": candidate.manifest,
    }  # fmt: skip
    return LockedPlugin(**(values | changes))


def build(*plugins):
    return build_registry(Lock(environment={}, plugins=plugins))


@pytest.fixture
def raising(site):
    (candidate,) = site.install("raising_hook")
    return candidate


def test_accepted_plugins_are_loaded_and_quarantined_ones_are_not_imported(site, raising):
    (broken, _) = site.install("import_error")
    registry = build(locked(raising), locked(broken, verdict="quarantined", reason="why"))

    assert list(registry.plugins) == ["raising_hook"]
    assert set(registry.plugins["raising_hook"].implementations) == {"validate_annotation", "after_enable"}
    assert registry.quarantined["import_error"].reason == "why"
    assert [manifest.slug for manifest in registry.manifests] == ["raising_hook"]


def test_failure_since_the_lock_quarantines_that_plugin_and_its_dependents_only(site, raising, caplog):
    site.install("import_error", "import_error_child")
    by_slug = {candidate.slug: candidate for candidate in site.candidates()}
    registry = build(locked(by_slug["import_error"]), locked(raising), locked(by_slug["import_error_child"], depth=1))

    assert list(registry.plugins) == ["raising_hook"]
    assert registry.quarantined["import_error"].reason.startswith("ModuleNotFoundError: ")
    assert registry.quarantined["import_error_child"].reason == "depends on 'import_error', which is not loaded"
    assert "Plugin import_error is quarantined in this process" in caplog.text


def test_package_that_has_gone_is_quarantined(raising):
    registry = build(locked(raising, package="tenon_gone"))

    assert registry.quarantined["raising_hook"].reason == "its package is gone"


def test_app_that_is_not_installed_in_this_process_is_quarantined(raising):
    registry = build(locked(raising, has_app=True))

    assert "is not installed in this process" in registry.quarantined["raising_hook"].reason


COLUMN_PLUGIN = """
from platform_core.sdk import TaskColumnSpec, hookimpl


class Plugin:
    @hookimpl
    def register_task_columns(self):
        return [TaskColumnSpec(key="notes", title="Notes", kind="Number", table="TABLE", aggregate="count")]


plugin = Plugin()
"""


@pytest.mark.parametrize(
    ("table", "tables", "is_own"),
    [
        ("raising_hook_note", (), True),
        ("raising_hook_note", ("raising_hook_note",), True),
        ("raising_hook_other", ("raising_hook_note",), False),
        ("members_member", (), False),
    ],
)
def test_column_may_name_a_table_of_the_plugin_only(site, raising, table, tables, is_own):
    (site.package("raising_hook") / "plugin.py").write_text(COLUMN_PLUGIN.replace("TABLE", table))
    registry = build(locked(raising, tables=tables))

    reasons = [item.reason for item in registry.quarantined.values()]
    assert reasons == ([] if is_own else [f"column 'notes' names the table {table!r}, which is not its own"])


def test_blocking_hook_must_be_implemented(site, raising):
    manifest = site.package("raising_hook") / "plugin.toml"
    manifest.write_text(manifest.read_text() + 'blocking = ["validate_task"]\n')
    (candidate,) = site.candidates()

    assert "'validate_task' under 'blocking'" in build(locked(candidate)).quarantined["raising_hook"].reason


def test_lookups_show_enabled_plugins_only(site, raising):
    (site.package("raising_hook") / "plugin.py").write_text(TAG_PLUGIN)
    registry = build(locked(raising))
    on, off = frozenset({"raising_hook"}), frozenset({"other"})

    assert list(registry.taxonomies(on)) == [TaxonomyRef(slug="raising_hook", key="kinds", version="1")]
    assert registry.taxonomies(off) == {}
    with use_registry(registry):
        assert set(tag_registry(on)) - set(CORE_TAGS) == {"Airport"}
        assert tag_registry(off) is CORE_TAGS
        assert tag_registry(on) is tag_registry(on)


@pytest.fixture
def healthy(site):
    """The healthy plugin, with a view that needs no models: its app is not installed in this process."""
    (candidate,) = site.install("healthy")
    (site.package("healthy") / "views.py").write_text(VIEWS)
    return candidate


def test_every_kind_of_registration_is_found_by_its_address(healthy):
    registry = build(locked(healthy))
    on = frozenset({"healthy"})

    assert list(registry.importers(on)) == ["healthy.note"]
    assert registry.importers(frozenset()) == {}
    assert (registry.exporters(on), registry.project_templates(on), registry.event_handlers(on)) == ({}, {}, {})
    assert [str(resolver.pattern) for resolver in registry.url_resolvers()] == ["healthy/"]


def test_override_ends_with_its_context(site, raising):
    before = get_registry()
    registry = build(locked(raising))
    with use_registry(registry):
        assert get_registry() is registry
    with use_registry(PluginRegistry()):
        assert get_registry().plugins == {}

    assert get_registry() is before


def test_permissions_come_from_enabled_manifests(healthy):
    registry = build(locked(healthy))
    with use_registry(registry):
        assert plugin_permissions(frozenset({"healthy"})) == {"healthy.notes.view": frozenset({"OW", "AD"})}
        assert plugin_permissions(frozenset({"other"})) == {}


def test_app_config_keeps_the_failure_of_plugin_ready(caplog):
    class Failing(PluginAppConfig):
        name = "platform_core.plugins"
        label = "failing"

        def plugin_ready(self):
            raise SystemExit(2)

    config = Failing.create("platform_core.plugins")
    failing = Failing("platform_core.plugins", config.module)
    failing.ready()

    assert failing.ready_failure == "plugin_ready() raised SystemExit: 2"
    assert (PluginAppConfig.default, Failing.default) == (False, True)


def test_app_that_is_not_installed_in_this_process_is_named(raising):
    registry = build(locked(raising, has_app=True))

    assert "is not installed in this process; restart it" in registry.quarantined["raising_hook"].reason


def test_platform_starts_without_plugins_when_the_lock_is_damaged(tmp_path, settings, caplog):
    settings.TENON_DATA_DIR = tmp_path
    lock_path(tmp_path).write_text("{")

    registry = _process_registry.__wrapped__()

    assert (registry.plugins, registry.quarantined) == ({}, {})
    assert "No plugin is loaded" in caplog.text


def test_accepted_plugin_without_a_manifest_is_quarantined(raising, caplog):
    registry = build(locked(raising, manifest=None))

    assert registry.quarantined["raising_hook"].reason == "has no manifest"
