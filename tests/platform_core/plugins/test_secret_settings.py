import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_core.plugins.secret_settings import put_in, secret_paths, secret_problem, take_out

SECRET = {"type": "string", "writeOnly": True}
SCHEMA = {
    "type": "object",
    "properties": {
        "token": SECRET,
        "smtp": {"type": "object", "properties": {"host": {"type": "string"}, "password": SECRET}},
        "anything": True,
    },
}
PATHS = (("token",), ("smtp", "password"))


def test_secrets_are_found_at_any_depth():
    assert secret_paths(SCHEMA) == PATHS
    assert secret_problem(SCHEMA) is None


@pytest.mark.parametrize(
    ("schema", "word"),
    [
        ({"properties": {"list": {"type": "array", "items": SECRET}}}, "arrays"),
        ({"$defs": {"secret": SECRET}}, "arrays"),
        ({"anyOf": [{"properties": {"token": SECRET}}]}, "arrays"),
        ({"properties": {"a/b": SECRET}}, '"/"'),
        ({"properties": {"token": {**SECRET, "default": "x"}}}, "default"),
    ],
)
def test_mark_that_would_be_passed_over_is_a_problem(schema, word):
    assert word in secret_problem(schema)


def test_secrets_are_taken_out_and_put_back():
    values = {"token": "t", "smtp": {"host": "h", "password": "p"}, "anything": {"token": "kept"}}

    shown, secrets = take_out(values, PATHS)

    assert shown == {"smtp": {"host": "h"}, "anything": {"token": "kept"}}
    assert secrets == {("token",): "t", ("smtp", "password"): "p"}
    assert put_in(shown, secrets) == values
    assert put_in({}, {("smtp", "password"): "p"}) == {"smtp": {"password": "p"}}
    assert put_in({"smtp": 3}, {("smtp", "password"): "p"}) == {"smtp": {"password": "p"}}


JSON = st.recursive(
    st.none() | st.text(max_size=3) | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["token", "smtp", "password"]), inner),
    max_leaves=10,
)


@given(values=st.dictionaries(st.sampled_from(["token", "smtp", "other"]), JSON))
def test_taking_out_and_putting_in_loses_nothing(values):
    shown, secrets = take_out(values, PATHS)

    assert put_in(shown, secrets) == values
    assert take_out(shown, PATHS)[1] == {}
