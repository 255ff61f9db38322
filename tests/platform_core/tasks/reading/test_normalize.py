import pytest

from platform_core.api.errors import ValidationFailedError
from platform_core.tasks.reading import Batch, ImportTask, normalize_task, normalize_tasks


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ({"text": "a"}, ImportTask({"text": "a"}, {}, [], [], None)),
        ({"data": {"text": "a"}}, ImportTask({"text": "a"}, {}, [], [], None)),
        ({"data": {}, "meta": None, "annotations": None, "id": 5}, ImportTask({}, {}, [], [], None)),
        (
            {
                "data": {"text": "a"},
                "meta": {"m": 1},
                "annotations": [{"result": []}],
                "predictions": [{"result": [{}], "score": 0.5}],
                "allow_skip": False,
            },
            ImportTask({"text": "a"}, {"m": 1}, [{"result": []}], [{"result": [{}], "score": 0.5}], False),
        ),
        ({"annotations": [{"result": []}]}, ImportTask({"annotations": [{"result": []}]}, {}, [], [], None)),
    ],
)
def test_normalize_task_brings_both_shapes_into_one(item, expected):
    assert normalize_task(item, 0) == expected


@pytest.mark.parametrize(
    ("item", "key", "problem"),
    [
        ({"data": "text"}, "data", '"data" must be an object'),
        ({"data": None}, "data", '"data" must be an object'),
        ({"data": {}, "meta": []}, "meta", '"meta" must be an object'),
        ({"data": {}, "allow_skip": 1}, "allow_skip", '"allow_skip" must be true or false'),
        ({"data": {}, "annotations": {}}, "annotations", '"annotations" must be a list'),
        ({"data": {}, "annotations": [{"result": []}, 1]}, "annotations[1]", '"annotations[1]" must be an object'),
        ({"data": {}, "predictions": [{}]}, "predictions[0].result", '"predictions[0].result" must be a list'),
    ],
)
def test_normalize_task_names_item_and_key(item, key, problem):
    with pytest.raises(ValidationFailedError) as caught:
        normalize_task(item, 731)
    assert caught.value.validation_errors == {"non_field_errors": [f"Error at item 731: {problem}."]}
    assert caught.value.data == {"item": 731, "key": key}


def test_normalize_tasks_numbers_items_from_the_batch():
    batch = Batch(first_item=100, items=[{"text": "a"}, {"data": {"text": "b"}}, {"data": 1}], bytes_read=1)
    with pytest.raises(ValidationFailedError) as caught:
        normalize_tasks(batch)
    assert caught.value.data["item"] == 102
    batch.items.pop()
    assert [task.data for task in normalize_tasks(batch)] == [{"text": "a"}, {"text": "b"}]
