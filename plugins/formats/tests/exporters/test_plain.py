import json

import pytest

PARSED = {
    "topic": {"type": "Choices", "to_name": ["t"], "inputs": [{"type": "Text", "value": "text"}], "labels": ["A"]},
    "note": {"type": "TextArea", "to_name": ["t"], "inputs": [{"type": "Text", "value": "text"}], "labels": []},
}


def region(name, type_, **value):
    return {"id": name, "from_name": name, "to_name": "t", "type": type_, "value": value}


def test_json_min_shortens_single_choices_and_texts(export, task):
    said = [region("topic", "choices", choices=["A"]), region("note", "textarea", text=["fine"])]
    (record,) = json.loads(export("JSON_MIN", [task({"text": "x"}, said)], PARSED))

    assert record == {
        "text": "x",
        "id": 1,
        "topic": "A",
        "note": "fine",
        "annotator": 7,
        "annotation_id": 10,
        "created_at": "2026-01-02T03:04:05.000000Z",
        "updated_at": "2026-01-02T03:04:05.000000Z",
        "lead_time": 1.5,
    }


def test_json_min_keeps_several_values_and_other_types_as_lists(export, task):
    said = [
        region("topic", "choices", choices=["A", "B"]),
        region("note", "textarea", text=["one"]),
        region("note", "textarea", text=["two"]),
        {**region("box", "rectangle", x=1), "original_width": 5, "original_height": 6},
        {"type": "relation", "from_id": "a", "to_id": "b"},
    ]
    (record,) = json.loads(export("JSON_MIN", [task({"text": "x"}, said)], PARSED))

    assert record["topic"] == {"choices": ["A", "B"]}
    assert record["note"] == ["one", "two"]
    assert record["box"] == [{"x": 1, "original_width": 5, "original_height": 6}]


def test_json_min_has_a_record_an_annotation_and_one_for_a_task_without(export, task, annotation):
    skipped = task({"text": "c"}, annotations=[annotation([], was_cancelled=True)], number=3)
    tasks = [task({"text": "a"}, [], [], number=1), task({"text": "b"}, number=2), skipped]

    found = [(one["id"], one["annotation_id"]) for one in json.loads(export("JSON_MIN", tasks, PARSED))]

    assert found == [(1, 11), (1, 10), (2, None)]
    assert export("JSON_MIN", [], PARSED) == b"[]"


def test_json_lines_hold_whole_tasks(export, task):
    tasks = [task({"text": "line\nend"}, [region("topic", "choices", choices=["A"])], meta={"k": 1})]
    (line,) = export("JSONL", tasks, PARSED).splitlines()

    found = json.loads(line)
    assert (found["data"], found["meta"]) == ({"text": "line\nend"}, {"k": 1})
    assert found["annotations"] == tasks[0].annotations


AUDIO = {"said": {"type": "TextArea", "to_name": ["a"], "inputs": [{"type": "Audio", "value": "audio"}], "labels": []}}


@pytest.mark.parametrize(
    ("value", "facts", "expected"),
    [
        ({"text": ["hello"]}, {"original_length": 2.5}, {"duration": 2.5, "text": "hello"}),
        ({"text": ["two", "parts"]}, {}, {"duration": None, "text": "two parts"}),
        ({"text": "plain", "start": 1.0, "end": 3.5}, {}, {"offset": 1.0, "duration": 2.5, "text": "plain"}),
    ],
)
def test_manifest_has_a_line_a_transcript(export, task, value, facts, expected):
    said = [{**region("said", "textarea", **value), **facts}]
    (line,) = export("ASR_MANIFEST", [task({"audio": "s3://b/a.wav"}, said)], AUDIO).splitlines()

    assert json.loads(line) == {"audio_filepath": "s3://b/a.wav", **expected, "annotator": 7}


def test_manifest_takes_the_duration_from_the_data(export, task):
    recording = task({"audio": "a.wav", "duration": 4}, [region("said", "textarea", text=["x"])])
    assert json.loads(export("ASR_MANIFEST", [recording], AUDIO))["duration"] == 4


def test_parquet_has_a_row_an_annotation(export, task, annotation):
    content = export("PARQUET", [task({"text": "a"}, [], [], number=1), task({"text": "b"}, number=2)], PARSED)
    pq = pytest.importorskip("pyarrow.parquet", reason="the extra `parquet` is not installed")
    pa = pytest.importorskip("pyarrow")

    rows = pq.read_table(pa.BufferReader(content)).to_pylist()

    assert [(row["task_id"], row["annotation_id"]) for row in rows] == [(1, 10), (1, 11), (2, None)]
    assert json.loads(rows[0]["data"]) == {"text": "a"}
    assert rows[0]["lead_time"] == 1.5
