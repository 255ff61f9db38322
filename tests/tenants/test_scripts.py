from tenants import scripts
from tenants.models import DdlScript
from tenants.scripts import _build_core_script, core_script, drop_schema, find_scripts, store_script


def test_second_builder_of_the_core_script_takes_the_first_ones(db):
    first = core_script()

    assert _build_core_script() == first
    assert DdlScript.objects.filter(key=first.key).count() == 1


def test_second_writer_of_a_script_changes_nothing(db):
    store_script("plugin:kites:1", "SELECT 1", (("kites", "0001"),))

    row = store_script("plugin:kites:1", "SELECT 2", ())

    row.refresh_from_db()
    assert (row.script, row.migrations) == ("SELECT 1", [["kites", "0001"]])


def test_scripts_are_found_whatever_a_process_remembers(db, monkeypatch):
    monkeypatch.setattr(scripts, "_known", {})
    monkeypatch.setattr(scripts, "MOST_KNOWN", 1)
    keys = [f"plugin:kites:{number}" for number in range(4)]
    for key in keys:
        store_script(key, key, ())

    assert [sorted(find_scripts([key])) for key in (*keys, *keys)] == [[key] for key in (*keys, *keys)]
    assert sorted(find_scripts(keys)) == keys
    assert len(scripts._known) <= len(keys)


def test_schema_that_is_gone_can_be_dropped_again(db):
    drop_schema("o_never_there")
