import pytest

from platform_core.projects.label_config import ResultValidator, parse_label_config

SHOWN = '<Text name="t" value="$t"/>'
GATE = '<Choices name="gate" toName="t"><Choice value="yes"/><Choice value="no"/></Choices>'
SPANS = '<Labels name="l" toName="t"><Label value="A"/><Label value="B"/></Labels>'


def missing(body, *result):
    validator = ResultValidator(parse_label_config(f"<View>{SHOWN}{body}</View>"))
    assert validator.validate(list(result)) == []
    return [(issue.code, issue.control, issue.region) for issue in validator.missing_required(list(result))]


def answer(name, result_type, value, identifier=None):
    return {"id": identifier, "from_name": name, "to_name": "t", "type": result_type, "value": value}


def gate(choice):
    return answer("gate", "choices", {"choices": [choice]})


def span(label, identifier="r1"):
    return answer("l", "labels", {"start": 0, "end": 1, "labels": [label]}, identifier)


def note(text, identifier=None):
    return answer("note", "textarea", {"text": text}, identifier)


REQUIRED = '<TextArea name="note" toName="t" required="true"/>'
PER_REGION = '<TextArea name="note" toName="t" required="true" perRegion="true" {}/>'


@pytest.mark.parametrize("result", [[], [note([])], [note(["", "  "])]])
def test_missing_required_reports_an_unanswered_control(result):
    assert missing(REQUIRED, *result) == [("required", "note", None)]


def test_missing_required_is_content_with_an_answer():
    assert missing(REQUIRED, note(["x"])) == []


def test_missing_required_uses_the_message_of_the_config():
    config = parse_label_config(
        f'<View>{SHOWN}<Rating name="r" toName="t" required="true" requiredMessage="Rate it"/></View>'
    )
    (issue,) = ResultValidator(config).missing_required([])

    assert issue.message == "Rating 'r': Rate it"


def test_missing_required_counts_empty_choices_as_unanswered():
    required = GATE.replace('toName="t"', 'toName="t" required="true"')

    assert missing(required, answer("gate", "choices", {"choices": []})) == [("required", "gate", None)]


@pytest.mark.parametrize(
    ("condition", "chosen", "expected"),
    [
        ('visibleWhen="choice-selected" whenTagName="gate" whenChoiceValue="yes"', "yes", True),
        ('visibleWhen="choice-selected" whenTagName="gate" whenChoiceValue="yes"', "no", False),
        ('visibleWhen="choice-selected" whenTagName="gate" whenChoiceValue="no,yes"', "yes", True),
        ('visibleWhen="choice-selected" whenTagName="gate"', "no", True),
        ('visibleWhen="choice-selected" whenTagName="gate"', None, False),
        ('visibleWhen="choice-unselected" whenTagName="gate" whenChoiceValue="yes"', "no", True),
        ('visibleWhen="choice-unselected" whenTagName="gate" whenChoiceValue="yes"', "yes", False),
        ('visibleWhen="region-selected"', "yes", False),
    ],
)
@pytest.mark.parametrize("place", ["control", "view"])
def test_missing_required_follows_conditions(condition, chosen, expected, place):
    body = {
        "control": GATE + REQUIRED.replace("/>", f" {condition}/>"),
        "view": f"{GATE}<View {condition}><View>{REQUIRED}</View></View>",
    }[place]
    result = [gate(chosen)] if chosen else []

    assert bool(missing(body, *result)) is expected


def test_missing_required_counts_tree_answers():
    tree = '<Taxonomy name="x" toName="t" required="true"><Choice value="a"/></Taxonomy>'

    assert missing(tree, answer("x", "taxonomy", {"taxonomy": [["a"]]})) == []
    assert missing(tree) == [("required", "x", None)]


def test_missing_required_follows_a_step_of_a_chosen_path():
    tree = '<Taxonomy name="x" toName="t"><Choice value="a"><Choice value="b"/></Choice></Taxonomy>'
    body = tree + REQUIRED.replace("/>", ' visibleWhen="choice-selected" whenTagName="x" whenChoiceValue="a"/>')

    assert missing(body, answer("x", "taxonomy", {"taxonomy": [["a", "b"]]})) == [("required", "note", None)]


def test_missing_required_never_asks_for_what_shows_without_a_region():
    assert missing(SPANS + PER_REGION.format('visibleWhen="no-region-selected"'), span("A")) == []


def test_missing_required_ignores_relations_and_other_objects():
    body = SPANS + '<Text name="u" value="$u"/>' + PER_REGION.format("").replace('toName="t"', 'toName="u"')

    assert missing(body, span("A"), {"type": "relation", "from_id": "r1", "to_id": "r1", "direction": "bi"}) == []


def test_missing_required_asks_for_each_region():
    body = SPANS + PER_REGION.format("")

    assert missing(body) == []
    assert missing(body, span("A"), note(["x"], "r1"), span("B", "r2")) == [("required", "note", "r2")]


@pytest.mark.parametrize("condition", ['whenLabelValue="A"', 'whenTagName="l" whenLabelValue="A,C"'])
def test_missing_required_asks_only_for_regions_with_the_label(condition):
    body = SPANS + PER_REGION.format(condition)

    assert missing(body, span("A"), span("B", "r2")) == [("required", "note", "r1")]


def test_missing_required_leaves_repeated_controls_to_the_task():
    config = parse_label_config(
        '<View><Repeater on="$x"><Text name="t{{idx}}" value="$x[{{idx}}]"/>'
        '<TextArea name="n{{idx}}" toName="t{{idx}}" required="true"/></Repeater></View>'
    )

    assert ResultValidator(config).missing_required([]) == []


@pytest.mark.parametrize("result", [None, {}, "x", [None, 3, {"value": 3}]])
def test_missing_required_survives_what_validate_refuses(result):
    config = parse_label_config(f"<View>{SHOWN}{SPANS}{PER_REGION.format('')}</View>")

    assert ResultValidator(config).missing_required(result) == []
