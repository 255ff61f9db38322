"""What is exported and imported again is the same work."""

import json

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

CONFIG = """<View><Text name="text" value="$text"/>
<Choices name="topic" toName="text" choice="multiple"><Choice value="A"/><Choice value="B"/></Choices>
<TextArea name="note" toName="text"/></View>"""
MOMENTS = {"created_at", "updated_at", "draft_created_at"}
IDENTITIES = {"id", "task", "project", "inner_id", "unique_id", "import_id", "parent_prediction", "parent_annotation"}
# Who and how of the import itself.
OF_THE_IMPORT = {"last_action", "updated_by", "last_created_by", "created_ago", "bulk_created", "prediction"}

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
# The database writes numbers without exponents, and imports take 64 bits or 100 characters: not every float comes back.
FLOATS = st.integers(-(10**9), 10**9).map(lambda number: number / 1024)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | FLOATS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
CHOICES = st.lists(st.sampled_from(["A", "B"]), min_size=1, max_size=2, unique=True)


def _region(name, type_, value):
    return {"id": name, "from_name": name, "to_name": "text", "type": type_, "value": value}


def _result(choices, note):
    return [_region("topic", "choices", {"choices": choices}), _region("note", "textarea", {"text": [note]})]


RESULTS = st.builds(_result, CHOICES, TEXTS)
ANNOTATIONS = st.fixed_dictionaries(
    {"result": RESULTS, "was_cancelled": st.booleans(), "ground_truth": st.booleans()},
    optional={"lead_time": st.floats(0, 1e6)},
)
PREDICTIONS = st.fixed_dictionaries(
    {"result": RESULTS}, optional={"score": st.floats(0, 1), "model_version": TEXTS.filter(lambda text: len(text) < 20)}
)
TASKS = st.builds(
    lambda text, extra, meta, annotations, predictions: {
        "data": {**extra, "text": text},
        "meta": meta,
        "annotations": annotations,
        "predictions": predictions,
    },
    TEXTS,
    st.dictionaries(TEXTS, VALUES, max_size=3),
    st.dictionaries(TEXTS, VALUES, max_size=2),
    st.lists(ANNOTATIONS, max_size=2),
    st.lists(PREDICTIONS, max_size=2),
)


def work(task):
    """Return what people and models did, without when, and without who stored it under which number."""
    dropped = MOMENTS | IDENTITIES | OF_THE_IMPORT
    kept = {name: task[name] for name in ("data", "meta", "allow_skip", "total_annotations", "cancelled_annotations")}
    for name in ("annotations", "predictions"):
        kept[name] = [{key: value for key, value in one.items() if key not in dropped} for one in task[name]]
    return kept


@pytest.fixture
def carry(alpha_client):
    """Return a function that imports a body into a new project and returns its export in a format."""

    def run(body, name="JSON"):
        project = alpha_client.post("/api/projects/", {"title": "Trip", "label_config": CONFIG}).json()["id"]
        kind = "application/x-ndjson" if name == "JSONL" else "application/json"
        answer = alpha_client.post(f"/api/projects/{project}/import", body, content_type=kind)
        assert answer.status_code == 201, answer.content
        found = alpha_client.get(f"/api/projects/{project}/export?download_all_tasks=1&export_type={name}")
        assert found.status_code == 200, found.content
        return found.getvalue()

    return run


# Each example imports twice and exports twice; looking for a smaller one would take minutes.
@settings(
    max_examples=8,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(TASKS, min_size=1, max_size=4))
def test_export_imported_again_is_the_same_work(carry, tasks):
    first = carry(json.dumps(tasks))
    second = carry(first)

    assert [work(task) for task in json.loads(second)] == [work(task) for task in json.loads(first)]
    assert [task["data"] for task in json.loads(first)] == [task["data"] for task in tasks]


def test_unique_id_that_a_client_chose_is_still_refused_the_second_time(alpha_client):
    project = alpha_client.post("/api/projects/", {"title": "Trip", "label_config": CONFIG}).json()["id"]
    chosen = {"result": _result(["A"], "x"), "unique_id": "5f1c6a52-98bd-4d5c-9c2b-0f8a0b6c1d7e"}
    body = [{"data": {"text": "x"}, "annotations": [chosen]}]

    answers = [alpha_client.post(f"/api/projects/{project}/import", body) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 400]
