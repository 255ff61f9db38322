import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_core.api.errors import BadRequestError, ValidationFailedError
from platform_core.tasks.filters import CORE_COLUMNS, compile_query, read_parts, read_query
from platform_core.tasks.filters.values import OPERATORS

PLACES = [
    ({"filters": []}, "filters"),
    ({"filters": {"items": {}}}, "filters.items"),
    ({"filters": {"conjunction": "xor", "items": []}}, "filters.conjunction"),
    ({"filters": {"items": ["id"]}}, "filters.items[0]"),
    ({"filters": {"items": [{"operator": "equal"}]}}, "filters.items[0].filter"),
    (
        {"filters": {"items": [{"filter": "filter:tasks:id", "operator": "equal", "type": "Number", "value": 1}, {}]}},
        "filters.items[1].filter",
    ),
    ({"filters": {"items": [{"filter": "filter:tasks:id", "operator": "like"}]}}, "filters.items[0].operator"),
    ({"filters": {"items": [{"filter": "filter:tasks:id", "operator": "regex"}]}}, "filters.items[0].operator"),
    (
        {"filters": {"items": [{"filter": "filter:tasks:id", "operator": "equal", "value": "x"}]}},
        "filters.items[0].value",
    ),
    (
        {"filters": {"items": [{"filter": "filter:tasks:id", "operator": "in", "value": 5}]}},
        "filters.items[0].value",
    ),
    (
        {"filters": {"items": [{"filter": "filter:tasks:created_at", "operator": "less", "value": "soon"}]}},
        "filters.items[0].value",
    ),
    (
        {"filters": {"items": [{"filter": "filter:tasks:id", "operator": "equal", "type": "Datetime", "value": 1}]}},
        "filters.items[0].type",
    ),
    ({"filters": {"items": [{"items": [{"filter": "filter:tasks:nope"}]}]}}, "filters.items[0].items[0].filter"),
    (
        {
            "filters": {
                "items": [
                    {
                        "filter": "filter:tasks:id",
                        "operator": "exists",
                        "child_filter": {"filter": "filter:tasks:nope", "operator": "equal"},
                    }
                ]
            }
        },
        "filters.items[0].child_filter.filter",
    ),
    ({"ordering": {"id": 1}}, "ordering"),
    ({"ordering": ["tasks:id", 5]}, "ordering[1]"),
    ({"ordering": ["tasks:data."]}, "ordering[0]"),
    ({"selectedItems": []}, "selectedItems"),
    ({"selectedItems": {"included": [1]}}, "selectedItems"),
    ({"selectedItems": {"all": False, "included": [1, "2"]}}, "selectedItems.included[1]"),
    ({"include": 5}, "include"),
]


@pytest.mark.parametrize(("parts", "place"), PLACES)
def test_refusal_names_the_place(parts, place):
    with pytest.raises(ValidationFailedError) as refused:
        read_parts(parts)

    assert refused.value.data == {"place": place}
    (messages,) = refused.value.validation_errors.values()
    assert messages[0].startswith(f"{place}: ")


# CVE-2023-47117 and the paths that its first fix missed: attribute paths of an ORM in every place that names a column.
LEAKS = [
    "updated_by__active_organization__active_users__password",
    "updated_by__password",
    "project__organization__created_by__auth_token__key",
    "annotations__completed_by__email",
    "id__gt",
    "t.id) OR (1=1",
    'id"; DROP TABLE tasks_task; --',
    "completed_by_id",
    "project_id",
]


@pytest.mark.parametrize("name", LEAKS)
def test_only_listed_columns_are_taken_in_every_place(name):
    item = {"filter": f"filter:tasks:{name}", "operator": "contains", "type": "String", "value": "a"}
    good = {"filter": "filter:tasks:id", "operator": "exists"}
    for parts in (
        {"filters": {"conjunction": "and", "items": [item]}},
        {"filters": {"conjunction": "and", "items": [{**good, "child_filter": item}]}},
        {"filters": {"conjunction": "and", "items": [{"conjunction": "or", "items": [item]}]}},
        {"ordering": [f"tasks:{name}"]},
        {"ordering": [f"-tasks:{name}"]},
    ):
        with pytest.raises(ValidationFailedError) as refused:
            read_parts(parts)
        ((message,),) = refused.value.validation_errors.values()
        assert "unknown column" in message


@pytest.mark.parametrize("name", [*LEAKS[:-1], "a'b", "%(secret)s", "%s", "{where}"])
def test_data_keys_reach_the_statement_as_parameters_only(name):
    item = {"filter": f"filter:tasks:data.{name}", "operator": "contains", "type": "String", "value": name}
    compiled = compile_query(read_parts({"filters": {"items": [item]}, "ordering": [f"-tasks:data.{name}"]}))

    assert name not in compiled.where
    assert name not in compiled.order
    assert name in compiled.arguments.values()


def test_limits_hold_back_what_would_cost_much():
    item = {"filter": "filter:tasks:id", "operator": "exists"}
    deep = {"items": [item]}
    for _ in range(5):
        deep = {"items": [deep]}
    child = dict(item)
    for _ in range(5):
        child = {**item, "child_filter": child}
    for parts in (
        {"filters": {"items": [item] * 201}},
        {"filters": deep},
        {"filters": {"items": [child]}},
        {"ordering": ["tasks:id"] * 11},
        {"selectedItems": {"all": False, "included": list(range(100_001))}},
        {"filters": {"items": [{**item, "operator": "in_list", "value": [1] * 10_001}]}},
    ):
        with pytest.raises(ValidationFailedError):
            read_parts(parts)


@pytest.mark.parametrize(
    "text", ["{", "[]", "5", '"x"', '{"filters": NaN}', '{"filters": {"items": [{"filter": "\\u0000"}]}}']
)
def test_query_that_is_no_json_object_is_refused(text):
    with pytest.raises(BadRequestError):
        read_query(text)


def test_selected_items_may_be_json_in_a_text_and_an_empty_selection_stays_one():
    assert read_parts({"selectedItems": '{"all": false, "included": [2, 1, 2]}'}).selection.ids == (1, 2)
    empty = read_parts({"selectedItems": {"all": False, "included": []}})

    assert empty.restricts
    assert "FALSE" in compile_query(empty).where
    assert not read_parts({"filters": {"conjunction": "and", "items": []}}).restricts


NAMES = st.sampled_from([*CORE_COLUMNS, "data.text", "data.a.b", "data", "nope", ""])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["min", "max", "x"]), inner, max_size=3)
    ),
    max_leaves=4,
)
ITEMS = st.fixed_dictionaries(
    {
        "filter": NAMES.map("filter:tasks:{}".format),
        "operator": st.sampled_from(sorted({name for names in OPERATORS.values() for name in names})),
        "value": VALUES,
    },
    optional={
        "type": st.sampled_from(["Number", "Datetime", "String", "List", "Boolean", "Unknown", "x"]),
        "x": VALUES,
    },
)


@given(items=st.lists(ITEMS, max_size=3), ordering=VALUES, selected=VALUES)
def test_any_document_is_read_or_refused_as_bad_input(items, ordering, selected):
    for parts in ({"filters": {"items": items}}, {"ordering": ordering}, {"selectedItems": selected}):
        try:
            compiled = compile_query(read_parts(parts))
        except BadRequestError:
            continue
        assert compiled.where.startswith("t.project_id = %(project)s")
