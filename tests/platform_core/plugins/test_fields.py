import pytest
from django.db import IntegrityError, connection, models, transaction
from django.db.migrations.state import ModelState
from django.db.migrations.writer import MigrationWriter
from django.test.utils import isolate_apps

from platform_core.plugins.fields import CoreForeignKey, CoreForeignKeyConstraint, OnCoreDelete


def link_model(on_delete=OnCoreDelete.CASCADE, *, null=False, field="core"):
    class Core(models.Model):  # noqa: DJ008
        class Meta:
            app_label = "core_sample"
            db_table = "core_sample_core"

    class Link(models.Model):  # noqa: DJ008
        core = CoreForeignKey(Core, null=null)

        class Meta:
            app_label = "linker"
            constraints = [CoreForeignKeyConstraint(field=field, name="linker_link_core_fk", on_delete=on_delete)]

    return Core, Link


def actions(table):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname, confdeltype::text FROM pg_constraint WHERE contype = 'f' AND conrelid = %s::regclass",
            [table],
        )
        return cursor.fetchall()


def make_tables(*found):
    with connection.schema_editor() as editor:
        for model in found:
            editor.create_model(model)


def test_fixed_options_cannot_be_given():
    with pytest.raises(TypeError, match="on_delete"):
        CoreForeignKey("tasks.Task", on_delete=models.CASCADE)


@isolate_apps("platform_core.tasks")
def test_field_has_no_reverse_accessor_and_no_python_deletion():
    core, link = link_model()

    assert [relation for relation in core._meta.related_objects if not relation.hidden] == []
    assert link._meta.get_field("core").remote_field.on_delete is models.DO_NOTHING


@isolate_apps("platform_core.tasks")
def test_migrations_name_the_sdk_only():
    _, link = link_model()
    state = ModelState.from_model(link, exclude_rels=False)
    text = " ".join(MigrationWriter.serialize(item)[0] for item in (state.fields["core"], state.options["constraints"]))

    assert "platform_core.plugins" not in text
    assert "platform_core.sdk.fields.CoreForeignKey(" in text
    assert "platform_core.sdk.fields.CoreForeignKeyConstraint(" in text
    assert state.fields["core"].clone().deconstruct() == state.fields["core"].deconstruct()


@pytest.mark.django_db
@isolate_apps("platform_core.tasks")
def test_database_cascades_and_refuses_unknown_rows():
    core, link = link_model()
    make_tables(core, link)
    row = core.objects.create()
    link.objects.create(core=row)
    with pytest.raises(IntegrityError), transaction.atomic():
        link.objects.create(core_id=row.pk + 1)
    row.delete()

    assert actions("linker_link") == [("linker_link_core_fk", "c")]
    assert link.objects.count() == 0


@pytest.mark.django_db
@isolate_apps("platform_core.tasks")
def test_database_sets_null():
    core, link = link_model(OnCoreDelete.SET_NULL, null=True)
    make_tables(core, link)
    row = core.objects.create()
    link.objects.create(core=row)
    core.objects.all().delete()

    assert list(link.objects.values_list("core_id", flat=True)) == [None]


@pytest.mark.django_db
@isolate_apps("platform_core.tasks")
def test_constraint_is_added_to_and_dropped_from_an_existing_table():
    core, link = link_model()
    make_tables(core, link)
    (constraint,) = link._meta.constraints
    with connection.schema_editor() as editor:
        editor.remove_constraint(link, constraint)
    assert actions("linker_link") == []
    with connection.schema_editor() as editor:
        editor.add_constraint(link, constraint)

    assert actions("linker_link") == [("linker_link_core_fk", "c")]


@pytest.mark.django_db
@isolate_apps("platform_core.tasks")
def test_deleting_a_core_row_asks_no_plugin_table():
    core, _ = link_model()
    make_tables(core)

    assert core.objects.create().delete()[0] == 1


@isolate_apps("platform_core.tasks")
def test_constraint_needs_a_core_foreign_key_and_null_for_set_null():
    _, wrong = link_model(field="missing")
    assert [item.id for item in wrong._meta.constraints[0].check(wrong, connection)] == ["tenon.E020"]


@isolate_apps("platform_core.tasks")
def test_set_null_needs_a_nullable_field():
    _, wrong = link_model(OnCoreDelete.SET_NULL)
    assert [item.id for item in wrong._meta.constraints[0].check(wrong, connection)] == ["tenon.E021"]


def test_constraints_are_equal_by_value():
    one = CoreForeignKeyConstraint(field="a", name="n")

    assert one == CoreForeignKeyConstraint(field="a", name="n", on_delete="CASCADE")
    assert hash(one) == hash(CoreForeignKeyConstraint(field="a", name="n"))
    assert one != CoreForeignKeyConstraint(field="a", name="n", on_delete="SET NULL")


def test_constraint_shows_what_it_does():
    constraint = CoreForeignKeyConstraint(field="core", name="linker_link_core_fk")

    assert repr(constraint) == "<CoreForeignKeyConstraint: field='core' name='linker_link_core_fk' on_delete='CASCADE'>"


@pytest.mark.parametrize(("null", "found"), [(False, ["tenon.E021"]), (True, [])])
@isolate_apps("platform_core.tasks")
def test_setting_null_needs_a_field_that_takes_it(null, found):
    _core, link = link_model(OnCoreDelete.SET_NULL, null=null)

    assert [error.id for error in link._meta.constraints[0].check(link, connection)] == found
