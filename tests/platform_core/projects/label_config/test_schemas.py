import jsonschema
import pytest

from platform_core.projects.label_config import ResultValidator, parse_label_config, result_json_schema, value_schema

CONFIG = parse_label_config(
    """<View><Text name="t" value="$t"/>
  <Choices name="c" toName="t"><Choice value="a"/><Choice value="b"/></Choices>
  <Choices name="many" toName="t" choice="multiple"><Choice value="a"/></Choices>
  <Choices name="open" toName="t" taxonomy="aviation:x@1"/>
  <Taxonomy name="tree" toName="t"><Choice value="a"><Choice value="b"/></Choice></Taxonomy>
  <Number name="n" toName="t" min="-1" max="2"/><Rating name="r" toName="t"/>
  <Chat name="chat" value="$chat"/>
  <Repeater on="$x"><Text name="x.{{idx}}" value="$x[{{idx}}]"/>
  <TextArea name="y{{idx}}" toName="x.{{idx}}"/></Repeater>
  <Relations><Relation value="near"/></Relations></View>"""
)


def test_value_schema_lists_labels_and_allows_one():
    assert value_schema(CONFIG.controls["c"])["properties"]["choices"] == {
        "type": "array",
        "items": {"enum": ["a", "b"]},
        "maxItems": 1,
    }
    assert "maxItems" not in value_schema(CONFIG.controls["many"])["properties"]["choices"]
    assert "enum" not in value_schema(CONFIG.controls["open"])["properties"]["choices"]["items"]
    assert value_schema(CONFIG.controls["tree"])["properties"]["taxonomy"]["items"] == {"enum": [["a"], ["a", "b"]]}


def test_value_schema_bounds_numbers():
    assert value_schema(CONFIG.controls["n"])["properties"]["number"] == {"type": "number", "minimum": -1, "maximum": 2}
    assert value_schema(CONFIG.controls["r"])["properties"]["rating"]["maximum"] == 5


def test_value_schema_leaves_the_tag_alone():
    value_schema(CONFIG.controls["c"])["properties"]["choices"]["items"] = None

    assert value_schema(CONFIG.controls["c"])["properties"]["choices"]["items"] == {"enum": ["a", "b"]}


def result(name, result_type, value, to_name="t"):
    return [{"from_name": name, "to_name": to_name, "type": result_type, "value": value}]


@pytest.mark.parametrize(
    ("sample", "is_valid"),
    [
        ([], True),
        (result("c", "choices", {"choices": ["a"]}), True),
        (result("c", "choices", {"choices": ["z"]}), False),
        (result("c", "choices", {"choices": ["a", "b"]}), False),
        (result("open", "choices", {"choices": ["z"]}), True),
        (result("tree", "taxonomy", {"taxonomy": [["a", "b"]]}), True),
        (result("n", "number", {"number": 3}), False),
        (result("chat", "chatmessage", {"chatmessage": {"role": "user", "content": ""}}, "chat"), True),
        (result("y7", "textarea", {"text": ["z"]}, "x.7"), True),
        (result("y7", "textarea", {"text": ["z"]}, "xz7"), False),
        (result("zzz", "textarea", {"text": ["z"]}), False),
    ],
)
def test_result_json_schema_agrees_with_the_validator(sample, is_valid):
    schema = result_json_schema(CONFIG)
    jsonschema.Draft202012Validator.check_schema(schema)

    assert jsonschema.Draft202012Validator(schema).is_valid(sample) is is_valid
    assert (ResultValidator(CONFIG).validate(sample) == []) is is_valid
