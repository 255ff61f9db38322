import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from platform_core.api.strict_json import MAX_DEPTH, JsonFlawError
from platform_core.tasks.reading.spans import element_spans

text = st.text(st.characters(exclude_categories=["Cs"])) | st.sampled_from(['"', "\\", "]", "}{", '\\"'])
elements = st.recursive(
    st.lists(text, max_size=2) | st.dictionaries(text, text, max_size=2),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner | text, max_size=3),
    max_leaves=8,
)


@settings(deadline=None)
@given(st.lists(elements), st.sampled_from([",", " ,\n"]), st.data())
def test_spans_are_the_complete_elements(items, separator, data):
    texts = [json.dumps(item, ensure_ascii=False).encode() for item in items]
    block = separator.encode().join(texts)
    cut = data.draw(st.integers(0, len(block)))
    found = [block[start:end] for start, end in element_spans(block[:cut])]
    assert found == texts[: len(found)]
    next_end = len(separator.encode().join(texts[: len(found) + 1]))
    assert len(found) == len(texts) or next_end > cut


def test_spans_stop_at_the_end_of_the_array():
    assert list(element_spans(b'{"a": [1]}], {"b": 2}')) == [(0, 10)]


def test_spans_refuse_depth_before_the_element_is_complete():
    with pytest.raises(JsonFlawError) as caught:
        list(element_spans(b"[" * 100_000))
    assert caught.value.byte == MAX_DEPTH
