import pytest

from platform_core.projects.label_config import control_weights, parse_label_config, parsed_label_config

CONFIG = parse_label_config(
    """<View>
  <Image name="img" value="$image" valueType="url"/>
  <Text name="txt" value="$text"/>
  <Choices name="kind" toName="img,txt"><Choice value="One" alias="1"/><Choice value="Two"/></Choices>
  <TextArea name="note" toName="txt" perRegion="true" whenLabelValue="Car"/>
  <Labels name="dyn" toName="txt" value="$options"/>
  <Relations><Relation value="near"/></Relations>
</View>"""
)


def test_parsed_label_config_has_the_shape_of_label_studio():
    assert parsed_label_config(CONFIG) == {
        "kind": {
            "type": "Choices",
            "to_name": ["img", "txt"],
            "inputs": [
                {"type": "Image", "value": "image", "valueType": "url"},
                {"type": "Text", "value": "text", "valueType": None},
            ],
            "labels": ["1", "Two"],
            "labels_attrs": {"1": {"value": "One", "alias": "1"}, "Two": {"value": "Two"}},
        },
        "note": {
            "type": "TextArea",
            "to_name": ["txt"],
            "conditionals": {"type": "label", "name": "Car"},
            "inputs": [{"type": "Text", "value": "text", "valueType": None}],
            "labels": [],
            "labels_attrs": {},
        },
        "dyn": {
            "type": "Labels",
            "to_name": ["txt"],
            "dynamic_labels": True,
            "inputs": [{"type": "Text", "value": "text", "valueType": None}],
            "labels": [],
            "labels_attrs": {},
        },
    }


def test_parsed_label_config_counts_self_referencing_objects_as_controls():
    chat = parse_label_config('<View><Chat name="chat" value="$chat" toName="chat"/></View>')

    assert parsed_label_config(chat) == {
        "chat": {"type": "Chat", "to_name": ["chat"], "inputs": [], "labels": [], "labels_attrs": {}}
    }


def test_parsed_label_config_marks_the_flags_of_a_repeater():
    repeated = parse_label_config(
        '<View><Repeater on="$x"><Text name="t{{idx}}" value="$x[{{idx}}]"/>'
        '<TextArea name="n{{idx}}" toName="t{{idx}}"/></Repeater></View>'
    )

    assert parsed_label_config(repeated)["n{{idx}}"]["regex"] == {"{{idx}}": ".*"}


def test_control_weights_are_one_by_default():
    assert control_weights(CONFIG)["kind"] == {"overall": 1.0, "type": "Choices", "labels": {"1": 1.0, "Two": 1.0}}


def test_control_weights_keep_what_was_set_for_what_still_exists():
    current = {"kind": {"overall": 0.5, "labels": {"Two": 0.2, "Gone": 0.1}}, "gone": {"overall": 0.1}}

    weights = control_weights(CONFIG, current)

    assert weights["kind"] == {"overall": 0.5, "type": "Choices", "labels": {"1": 1.0, "Two": 0.2}}
    assert "gone" not in weights


@pytest.mark.parametrize("current", [None, {}, {"kind": None}, {"kind": {"labels": 3}}, []])
def test_control_weights_survive_malformed_weights(current):
    assert control_weights(CONFIG, current)["kind"]["overall"] == 1.0
