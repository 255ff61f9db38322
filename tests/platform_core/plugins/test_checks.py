import pytest
from django.apps import AppConfig, apps
from django.core import checks as django_checks
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.test.utils import isolate_apps

from platform_core.plugins import checks
from platform_core.plugins.appconfig import PluginAppConfig
from platform_core.plugins.fields import CoreForeignKey, CoreForeignKeyConstraint


def config_of(*found, label="linker", base=PluginAppConfig):
    config = type("LinkerConfig", (base,), {"label": label, "path": "."})(
        "platform_core.plugins", __import__("platform_core.plugins")
    )
    config.get_models = lambda include_auto_created=False: list(found)
    return config


def problems(*found, slug="linker", **options):
    config = config_of(*found, **options)
    return checks.plugin_app_problems(config, slug, frozenset({config.label}))


def model(table="linker_link", *, constraints=(), **fields):
    meta = type("Meta", (), {"app_label": "linker", "db_table": table, "constraints": list(constraints)})
    return type("Link", (models.Model,), {"__module__": __name__, "Meta": meta, **fields})


def task():
    return apps.get_model("tasks", "Task")


def user():
    return apps.get_model("accounts", "User")


def test_settings_of_the_platform_pass():
    for check in (checks.check_app_scopes, checks.check_tenant_migrations, checks.check_plugin_apps):
        assert check(None) == []


def test_checks_are_registered():
    assert {checks.check_app_scopes, checks.check_tenant_migrations, checks.check_plugin_apps} <= set(
        django_checks.registry.registry.registered_checks
    )


def test_app_in_both_lists_is_refused(settings):
    settings.TENANT_APPS = [*settings.TENANT_APPS, "platform_core.accounts"]

    assert [(item.id, "'accounts'" in item.msg) for item in checks.check_app_scopes(None)] == [("tenon.E001", True)]


def test_tenant_migration_on_a_shared_app_is_refused(monkeypatch):
    class Leaning(migrations.Migration):
        dependencies = [("accounts", "0001_initial"), ("tasks", "0001_initial")]

    build = MigrationLoader.build_graph

    def with_leaning(self):
        build(self)
        self.disk_migrations[("projects", "9999_leaning")] = Leaning("9999_leaning", "projects")

    monkeypatch.setattr(MigrationLoader, "build_graph", with_leaning)
    (error,) = checks.check_tenant_migrations(None)

    assert (error.id, "projects.9999_leaning depends on 'accounts'" in error.msg) == ("tenon.E002", True)


@isolate_apps("platform_core.tasks")
def test_reference_by_core_foreign_key_passes():
    link = model(task=CoreForeignKey(task()), constraints=[CoreForeignKeyConstraint(field="task", name="linker_fk")])

    assert problems(link) == []


@isolate_apps("platform_core.tasks")
@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: {"task": models.ForeignKey(task(), models.CASCADE)},
            "Link.task refers to tasks.Task of the core by ForeignKey",
        ),
        (lambda: {"task": models.OneToOneField(task(), models.CASCADE)}, "of the core by OneToOneField"),
        (lambda: {"task": CoreForeignKey(task())}, "Link.task needs CoreForeignKeyConstraint(field='task'"),
        (lambda: {"tasks": models.ManyToManyField(task(), related_name="+")}, "many-to-many field to tasks.Task"),
        (lambda: {"user": CoreForeignKey(user())}, "accounts.User in the public schema"),
        (lambda: {"table": "other_link"}, "table 'other_link' of Link must begin with 'linker_'"),
    ],
)
def test_other_references_are_refused(make, message):
    (problem,) = problems(model(**make()))

    assert message in problem


@isolate_apps("platform_core.tasks")
def test_references_inside_the_plugin_pass():
    link = model(parent=models.ForeignKey("self", models.CASCADE), links=models.ManyToManyField("self"))

    assert problems(link) == []


def reply_to(link, **kept):
    meta = type(
        "Meta", (), {"app_label": "linker", "db_table": "linker_reply", "constraints": kept.pop("constraints", ())}
    )
    return type("Reply", (models.Model,), {"__module__": __name__, "Meta": meta, "link": kept["key"](link)})


@isolate_apps("platform_core.plugins")
def test_ordinary_reference_to_a_row_that_goes_with_the_core_is_refused():
    falling = CoreForeignKeyConstraint(field="task", name="linker_link_task_fk")
    link = model(task=CoreForeignKey(task()), constraints=[falling])
    ordinary = reply_to(link, key=lambda to: models.ForeignKey(to, on_delete=models.CASCADE))

    assert problems(link, ordinary) == [
        "Reply.link refers to linker.Link, whose rows go with rows of the core, by ForeignKey; use CoreForeignKey"
    ]


@isolate_apps("platform_core.plugins")
def test_reference_to_a_row_that_goes_with_the_core_needs_its_constraint_as_well():
    falling = CoreForeignKeyConstraint(field="task", name="linker_link_task_fk")
    link = model(task=CoreForeignKey(task()), constraints=[falling])
    bare = reply_to(link, key=CoreForeignKey)

    assert [item for item in problems(link, bare) if "Reply.link needs CoreForeignKeyConstraint" not in item] == []
    assert len(problems(link, bare)) == 1


@isolate_apps("platform_core.plugins")
def test_ordinary_reference_to_a_row_that_outlives_the_core_passes():
    staying = CoreForeignKeyConstraint(field="task", name="linker_link_task_fk", on_delete="SET NULL")
    link = model(task=CoreForeignKey(task(), null=True), constraints=[staying])

    assert problems(link, reply_to(link, key=lambda to: models.ForeignKey(to, on_delete=models.CASCADE))) == []


def test_label_must_begin_with_the_slug():
    assert problems(label="linker_more") == []
    assert problems(label="linkermore") == ["app label 'linkermore' must be 'linker' or begin with 'linker_'"]


def test_app_config_must_be_the_guarded_one():
    class Unguarded(PluginAppConfig):
        def ready(self):
            pass

    assert "must derive from platform_core.sdk.apps.PluginAppConfig" in problems(base=AppConfig)[0]
    assert "overrides ready()" in problems(base=Unguarded)[0]
