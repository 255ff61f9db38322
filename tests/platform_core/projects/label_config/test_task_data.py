import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_core.projects.label_config import TaskDataValidator, parse_label_config


def validator(body):
    return TaskDataValidator(parse_label_config(f"<View>{body}</View>"))


TEXT = '<Text name="t" value="$text"/>'


@pytest.mark.parametrize("value", ["", "a", 1, 1.5, [], ["a"], True])
def test_validate_accepts_what_a_text_can_show(value):
    assert validator(TEXT).validate({"text": value, "more": None}) is None


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({}, '"text" key is expected in task data [found: ]'),
        ({"b": 1, "a": 2}, '"text" key is expected in task data [found: a, b]'),
        (
            {"text": None},
            (
                "data['text']=None is of type 'NoneType', but the object tag Text expects the following types: "
                "[str, int, float, list]"
            ),
        ),
        ([], "Task data must be an object, not list"),
        (None, "Task data must be an object, not NoneType"),
    ],
)
def test_validate_says_what_is_wrong(data, message):
    assert validator(TEXT).validate(data) == message


@pytest.mark.parametrize(
    ("body", "good", "bad"),
    [
        ('<Image name="i" value="$i"/>', "https://example.org/1.jpg", {}),
        ('<Image name="i" value="$i"/>', ["a.jpg"], 1),
        ('<Image name="i" valueList="$i"/>', ["a.jpg"], "a.jpg"),
        ('<HyperText name="h" value="$i"/>', "<p>x</p>", ["x"]),
        ('<Paragraphs name="p" value="$i"/>', [{"author": "a"}], {}),
        ('<Chat name="p" value="$i"/>', [], 1),
        ('<Table name="p" value="$i"/>', {"a": 1}, 1),
        ('<TimeSeries name="p" value="$i"/>', {"time": [1]}, 1),
        ('<List name="p" value="$i"/>', [], "x"),
        ('<Audio name="p" value="$i"/>', "a.wav", ["a.wav"]),
        ('<Image name="i" value="http://example.org/$i.jpg"/>', 7, [7]),
        (f'{TEXT}<Choices name="c" toName="t" value="$i"/>', [{"value": "a"}], "a"),
        ('<Audio name="a" value="$i"/><Paragraphs name="p" value="$i"/>', "a", []),
    ],
)
def test_validate_knows_what_each_tag_reads(body, good, bad):
    checked = validator(body)

    assert checked.validate({"text": "", "i": good}) is None
    assert "'i'" in checked.validate({"text": "", "i": bad})
    assert '"i" key is expected' in checked.validate({"text": ""})


def test_validate_follows_paths():
    checked = validator('<Text name="t" value="$a.b[1].c"/>')

    assert checked.validate({"a": {"b": [0, {"c": "x"}]}}) is None
    assert checked.validate({"a.b[1].c": "x"}) is None
    assert checked.validate({"a": {"b": [0]}}) == '"a.b[1]" key is expected in task data'
    assert checked.validate({"a": "x"}) == '"a.b" key is expected in task data'


def test_validate_looks_at_every_item_of_a_repeater():
    checked = validator('<Repeater on="$x"><Text name="t{{idx}}" value="$x[{{idx}}].text"/></Repeater>')

    assert checked.validate({"x": [{"text": "a"}, {"text": "b"}]}) is None
    assert checked.validate({"x": []}) is None
    assert checked.validate({"x": [{"text": "a"}, {}]}) == '"x[1].text" key is expected in task data'
    assert "data['x']" in checked.validate({"x": "a"})


def test_validate_does_not_ask_for_fields_of_decoration():
    assert validator(f'<Header value="$title"/>{TEXT}').validate({"text": ""}) is None


def test_validate_asks_for_nothing_where_the_config_reads_nothing():
    checked = validator('<Text name="t" value="always the same"/>')

    assert (checked.keys, checked.validate({})) == ((), None)


def test_validate_shortens_values_in_messages():
    assert len(validator('<List name="l" value="$x"/>').validate({"x": "y" * 100_000})) < 300


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "x", "text"]), inner, max_size=4)
    ),
)
CONFIGS = [
    validator(body)
    for body in (
        TEXT,
        '<Text name="t" value="$a.b"/><Image name="i" value="$x"/>',
        '<Repeater on="$x"><Text name="t{{idx}}" value="$x[{{idx}}].a"/></Repeater>',
    )
]


@given(st.sampled_from(CONFIGS), JSON)
def test_validate_only_ever_returns_a_message(checked, data):
    message = checked.validate(data)

    assert message is None or (isinstance(message, str) and message)
    if message is None:
        assert isinstance(data, dict)
