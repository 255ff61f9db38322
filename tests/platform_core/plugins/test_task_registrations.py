import pytest

from platform_core.plugins.task_registrations import TaskActionSpec, TaskColumnSpec

COLUMN = {"key": "notes", "title": "Notes", "kind": "Number", "table": "kites_note", "aggregate": "count"}


def test_column_of_the_rows_of_a_table_is_accepted():
    assert TaskColumnSpec(**COLUMN, where={"status": "open", "hidden": False, "parent_id": None}).task == "task_id"
    assert TaskColumnSpec(**COLUMN | {"aggregate": "max", "kind": "Datetime", "value": "made_at"}).value == "made_at"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"aggregate": "median"}, "'median' does not give 'Number'"),
        ({"kind": "Boolean"}, "'count' does not give 'Boolean'"),
        ({"aggregate": "any"}, "'any' does not give 'Number'"),
        ({"value": "length"}, "'value' is for min, max and sum"),
        ({"aggregate": "sum"}, "'value' is for min, max and sum"),
        ({"aggregate": "sum", "value": "length; --"}, "'length; --' is not a plain name"),
        ({"table": "Kites"}, "'Kites' is not a plain name"),
        ({"task": "task id"}, "'task id' is not a plain name"),
        ({"where": {"a b": "x"}}, "'a b' is not a plain name"),
        ({"where": {"status": "it's"}}, '"it\'s" is not a plain name'),
    ],
)
def test_column_that_could_reach_beyond_its_table_is_refused(changes, message):
    with pytest.raises(ValueError, match=r"^column 'notes': ") as refused:
        TaskColumnSpec(**COLUMN | changes)

    assert message in str(refused.value)


def test_action_that_anybody_could_use_is_refused():
    with pytest.raises(ValueError, match="action 'close' names no permission"):
        TaskActionSpec(key="close", title="Close", order=1, permissions=(), question="Close?", run=lambda call: None)
