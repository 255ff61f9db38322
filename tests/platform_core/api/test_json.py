import datetime as dt
import json
import uuid
from decimal import Decimal

import pytest
from django.utils.functional import lazystr

from platform_core.api.errors import BadRequestError
from platform_core.api.json import RawJSON, dumps, loads_strict

TOKYO = dt.timezone(dt.timedelta(hours=9))


def test_loads_strict_skips_a_byte_order_mark():
    assert loads_strict(b'\xef\xbb\xbf{"a": 1}') == {"a": 1}


def test_loads_strict_names_line_and_column():
    with pytest.raises(BadRequestError) as caught:
        loads_strict(b'{\n  "a": "x\\u0000y"\n}')
    assert caught.value.detail == "The JSON cannot be read: NUL characters cannot be stored (line 2, column 10)."
    assert caught.value.data == {"line": 2, "column": 10, "byte": 11}


def test_loads_strict_counts_the_byte_order_mark_into_the_byte():
    with pytest.raises(BadRequestError) as caught:
        loads_strict(b"\xef\xbb\xbf[NaN]")
    assert caught.value.data["byte"] == 4


def test_loads_strict_takes_another_depth():
    assert loads_strict(b"[[1]]", max_depth=2) == [[1]]
    with pytest.raises(BadRequestError, match="nested deeper than 1 levels"):
        loads_strict(b"[[1]]", max_depth=1)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC), '"2026-01-02T03:04:05.000000Z"'),
        (dt.datetime(2026, 1, 2, 3, 4, 5, 60, tzinfo=TOKYO), '"2026-01-01T18:04:05.000060Z"'),
        (dt.date(2026, 1, 2), '"2026-01-02"'),
        (dt.time(3, 4), '"03:04:00"'),
        (Decimal("1.10"), '"1.10"'),
        (uuid.UUID(int=1), '"00000000-0000-0000-0000-000000000001"'),
        (lazystr("later"), '"later"'),
        (("a", None), '["a",null]'),
        ({3, 1, 2}, "[1,2,3]"),
        ({1: "a"}, '{"1":"a"}'),
        ({"a": RawJSON(b'{"b": 1}')}, '{"a":{"b": 1}}'),
        ("\u00e9\n", '"\u00e9\\n"'),
    ],
)
def test_dumps_writes(value, expected):
    assert dumps(value).decode() == expected


@pytest.mark.parametrize("value", [dt.datetime(2026, 1, 2), object(), b"bytes", 2**64])
def test_dumps_refuses(value):
    with pytest.raises(TypeError):
        dumps({"value": value})


def test_dumps_writes_what_json_reads():
    value = {"a": [1, 2.5, "x\u2028"], "b": {"c": None}}
    assert json.loads(dumps(value)) == value
