import io
import json
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from platform_core.api.errors import BadRequestError, PayloadTooLargeError, ValidationFailedError
from platform_core.tasks.reading import iter_json_items, json_array

LIMIT = 10**9
text = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8) | st.sampled_from(
    ['"', "\\", '{"id":', "}, {", "],[", '\\"}', "]"]
)
values = st.recursive(
    st.none() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False) | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.just("id") | text, inner, max_size=3),
    max_leaves=8,
)
arrays = st.lists(st.dictionaries(st.just("id") | text, values, max_size=4), max_size=12)


class Dribble(io.BytesIO):
    """Gives at most `most` bytes a call, as a socket may."""

    def __init__(self, raw, most):
        super().__init__(raw)
        self.most = most

    def read(self, size=-1):
        return super().read(min(size, self.most))


def read(raw, *, most=LIMIT, batch_size=1000, max_bytes=LIMIT, **limits):
    batches = list(iter_json_items(Dribble(raw, most), batch_size=batch_size, max_bytes=max_bytes, **limits))
    assert [batch.first_item for batch in batches] == [
        sum(len(before.items) for before in batches[:index]) for index in range(len(batches))
    ]
    return [item for batch in batches for item in batch.items]


def message(caught):
    return caught.value.validation_errors["non_field_errors"][0]


@pytest.fixture
def small_chunks(monkeypatch):
    monkeypatch.setattr(json_array, "CHUNK_BYTES", 50)


@pytest.mark.slow  # hundreds of bodies, each cut in many ways
@settings(deadline=None, max_examples=300)
@given(
    arrays,
    st.integers(1, 40),
    st.integers(1, 200),
    st.sampled_from([None, 1]),
    st.booleans(),
    st.integers(1, 5),
    st.sampled_from([b"", b"\xef\xbb\xbf", b" \n"]),
)
def test_items_equal_the_whole_document_however_it_is_cut(array, most, chunk, indent, ascii_only, batch_size, lead):
    raw = lead + json.dumps(array, indent=indent, ensure_ascii=ascii_only).encode() + b"\n"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_array, "CHUNK_BYTES", chunk)
        assert read(raw, most=most, batch_size=batch_size) == json.loads(raw.decode("utf-8-sig"))


@pytest.mark.slow  # hundreds of bodies, each cut in many ways
@settings(deadline=None, max_examples=300)
@given(arrays, st.data())
def test_a_body_that_is_cut_off_or_altered_never_passes_as_something_else(array, data):
    raw = bytearray(json.dumps(array).encode())
    place = data.draw(st.integers(0, len(raw) - 1))
    if data.draw(st.booleans()):
        del raw[place:]
    else:
        raw[place] = data.draw(st.integers(0, 255))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_array, "CHUNK_BYTES", data.draw(st.integers(1, 60)))
        try:
            items = read(bytes(raw))
        except BadRequestError:
            return
    whole = json.loads(raw)
    assert items == (whole if isinstance(whole, list) else [whole])


@pytest.mark.slow  # hundreds of bodies, each cut in many ways
@settings(deadline=None, max_examples=300)
@given(st.lists(values | st.dictionaries(st.just("id"), values)), st.integers(1, 40), st.integers(1, 5))
def test_the_first_item_that_is_no_object_is_named_however_the_body_is_cut(array, chunk, batch_size):
    first_wrong = next((number for number, item in enumerate(array) if not isinstance(item, dict)), None)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_array, "CHUNK_BYTES", chunk)
        if first_wrong is None:
            assert read(json.dumps(array).encode(), batch_size=batch_size) == array
            return
        with pytest.raises(ValidationFailedError) as caught:
            read(json.dumps(array).encode(), batch_size=batch_size)
    assert message(caught) == f"Error at item {first_wrong}: a task must be an object."


@pytest.mark.parametrize("raw", [b'[{"a": 1}, 5]', b'[{"a": 1}, 5, {"a": 1}]', b'[{"a": 1}, "}", {"a": 1}]'])
def test_a_value_behind_the_last_object_of_a_chunk_is_refused(monkeypatch, raw):
    for chunk in range(1, 30):
        monkeypatch.setattr(json_array, "CHUNK_BYTES", chunk)
        with pytest.raises(ValidationFailedError) as caught:
            read(raw)
        assert message(caught) == "Error at item 1: a task must be an object."


@pytest.mark.parametrize("raw", [b"[]", b" [ \n ] ", b"\xef\xbb\xbf[]"])
def test_an_empty_array_has_no_batch(raw):
    assert list(iter_json_items(io.BytesIO(raw), batch_size=10, max_bytes=LIMIT)) == []


def test_a_single_object_is_one_item():
    assert read(b' {"data": {"text": "a"}} \n', most=3) == [{"data": {"text": "a"}}]


def test_batches_are_cut_at_the_batch_size_and_tell_the_progress():
    raw = json.dumps([{"n": n} for n in range(25)]).encode()
    batches = list(iter_json_items(io.BytesIO(raw), batch_size=10, max_bytes=LIMIT))
    assert [(batch.first_item, len(batch.items)) for batch in batches] == [(0, 10), (10, 10), (20, 5)]
    assert batches[-1].bytes_read == len(raw)


def test_objects_inside_that_begin_like_the_items_do_not_confuse(small_chunks):
    items = [{"id": n, "kids": [{"id": k} for k in range(12)], "text": '}, {"id": 3'} for n in range(40)]
    assert read(json.dumps(items).encode()) == items


def test_items_longer_than_a_chunk_are_read(small_chunks):
    items = [{"text": "x" * 4000, "list": [{"text": n} for n in range(100)]} for _ in range(3)]
    assert read(json.dumps(items).encode(), most=7) == items


@pytest.mark.parametrize(
    ("bad", "expected"),
    [
        ('{"a": "x\\u0000y"}', "NUL characters cannot be stored (byte 12436)"),
        ('{"a": NaN}', "NaN and Infinity are not JSON (byte 12434)"),
        ('{"a": 99999999999999999999}', "an integer beyond 64 bits (byte 12434)"),
        ('{"a": ' + "9" * 5000 + "}", "number is infinity when parsed as double (byte 12434)"),
        ('{"a": 0.' + "9" * 5000 + "}", "a number of 5,002 characters (at most 100) (byte 12434)"),
        ('{"a": ' + "[" * 70 + "]" * 70 + "}", "nested deeper than 64 levels (byte 12497)"),
        ('{"a": "\\ud800"}', "no low surrogate in string (byte 12435)"),
        ('{"a": 1,}', "trailing comma is not allowed (byte 12435)"),
        ('{"a": ]', None),
        ("{'a': 1}", None),
        ("5", "a task must be an object"),
        ("null", "a task must be an object"),
        ('"{}"', "a task must be an object"),
        ('[{"a": 1}]', "a task must be an object"),
        ("", "a task must be an object"),
    ],
)
def test_item_731_is_named_with_its_flaw(bad, expected):
    good = [json.dumps({"n": n % 10, "s": 1}) for n in range(1000)]
    raw = ("[" + ",".join([*good[:731], bad, *good[731:]]) + "]").encode()
    with pytest.raises(ValidationFailedError) as caught:
        read(raw)
    assert message(caught).startswith("Error at item 731: ")
    assert expected is None or message(caught) == f"Error at item 731: {expected}."
    assert caught.value.data["item"] == 731
    assert raw[: caught.value.data["byte"]].count(b'"n"') == 731


def test_an_invalid_utf8_byte_is_named():
    with pytest.raises(ValidationFailedError) as caught:
        read(b'[{"a": "ok"}, {"a": "\xff"}]')
    assert message(caught) == "Error at item 1: not UTF-8 (byte 21)."


def test_a_depth_bomb_is_refused():
    with pytest.raises(ValidationFailedError) as caught:
        read(b'[{"a": ' + b"[" * 100_000)
    assert message(caught) == "Error at item 0: nested deeper than 64 levels (byte 70)."


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"", "The body is empty."),
        (b" \n ", "The body is empty."),
        (b"5", "The body must be a JSON array of tasks, or one task as an object."),
        (b"[", "The array is cut off: its closing bracket is missing."),
        (b'[{"a": 1}', "The array is cut off: its closing bracket is missing."),
        (b'[{"a": 1} {"a": 2}]', "There must be one comma between item 0 and the next."),
        (b'[{"a": 1}}', "A comma or the end of the array is missing after item 0."),
        (b'[{"a": 1}] x', "There is text after the end of the array."),
        (b'[{"a": 1}][{"a": 2}]', "There is text after the end of the array."),
        (b"[]]", "There is text after the end of the array."),
        (b'\xff\xfe[\0{\0"\0', "The body is UTF-16; save it as UTF-8 and import it again."),
    ],
)
@pytest.mark.parametrize("most", [1, LIMIT])
def test_a_body_wrong_outside_its_items_is_refused(raw, expected, most):
    with pytest.raises(BadRequestError) as caught:
        read(raw, most=most)
    assert caught.value.detail == expected


@pytest.mark.parametrize(
    ("raw", "item"), [(b'[{"a": 1},]', 1), (b"[,]", 0), (b"[1]", 0), (b'[{"a": 1}, {"b"', 1), (b'{"a": 1} {}', 0)]
)
def test_a_wrong_item_is_refused(raw, item):
    with pytest.raises(ValidationFailedError) as caught:
        read(raw)
    assert message(caught).startswith(f"Error at item {item}: ")


def test_a_body_over_the_limit_is_refused_while_it_is_read():
    stream = io.BytesIO(json.dumps([{"a": "x" * 100}] * 50_000).encode())
    with pytest.raises(PayloadTooLargeError) as caught:
        list(iter_json_items(stream, batch_size=100, max_bytes=1_000_000))
    assert caught.value.data == {"limit": 1_000_000}
    assert stream.tell() < 1_300_000


@pytest.mark.parametrize("raw", [b'[{"a": "%b"}]', b'{"a": "%b"}'])
def test_an_item_over_its_limit_is_refused(raw, small_chunks):
    with pytest.raises(PayloadTooLargeError, match="Error at item 0: it is over the limit of 1,000 bytes"):
        read(raw % (b"x" * 5000), max_item_bytes=1000)


class Generated(io.RawIOBase):
    """An array of `count` tasks that is never whole in memory."""

    def __init__(self, count):
        self.parts = (b'%b{"data": {"text": "%06d %b"}}' % (b"," if n else b"[", n, b"w " * 100) for n in range(count))
        self.rest = b""
        self.ended = False

    def read(self, size=-1):
        while len(self.rest) < size and not self.ended:
            part = next(self.parts, None)
            self.ended = part is None
            self.rest += b"]" if part is None else part
        taken, self.rest = self.rest[:size], self.rest[size:]
        return taken


@pytest.mark.slow  # tracemalloc makes every allocation of 200,000 items dearer
def test_memory_stays_flat_over_200_000_items():
    tracemalloc.start()
    try:
        count = sum(len(batch.items) for batch in iter_json_items(Generated(200_000), batch_size=1000, max_bytes=LIMIT))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == 200_000
    assert peak < 10_000_000
