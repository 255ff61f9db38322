from hypothesis import given
from hypothesis import strategies as st

from platform_core.tasks.key_frames import with_all_frames


def frame(number, x, *, enabled=True, **values):
    return {"frame": number, "x": x, "y": 0, "width": 10, "height": 10, "rotation": 0, "enabled": enabled, **values}


def frames(*sequence, count=10):
    value = {"sequence": list(sequence), "framesCount": count, "labels": ["Car"]}
    task = {"annotations": [{"id": 1, "result": [{"type": "videorectangle", "value": value}]}]}
    return with_all_frames(task)["annotations"][0]["result"][0]["value"]["sequence"]


def test_boxes_move_in_a_straight_line_between_key_frames():
    found = frames(frame(1, 0), frame(5, 40), count=5)

    assert [(one["frame"], one["x"]) for one in found] == [(1, 0), (2, 10), (3, 20), (4, 30), (5, 40)]
    assert [one.get("auto", False) for one in found] == [False, True, True, True, False]


def test_hidden_boxes_stay_hidden_until_the_next_key_frame():
    found = frames(frame(1, 0), frame(3, 0, enabled=False), frame(6, 0), count=8)
    assert [one["frame"] for one in found] == [1, 2, 3, 6, 7, 8]


def test_other_results_and_broken_sequences_stay_as_they_are():
    for region in (
        {"type": "choices", "value": {"choices": ["A"]}},
        {"type": "videorectangle", "value": {"sequence": []}},
        {"type": "videorectangle", "value": {"sequence": [{"x": 1}, {"x": 2}]}},
        {"type": "relation", "from_id": "a"},
    ):
        task = {"id": 1, "annotations": [{"result": [region]}]}
        assert with_all_frames(task) == task


@given(st.lists(st.tuples(st.integers(1, 30), st.integers(0, 100), st.booleans()), min_size=1, max_size=6))
def test_key_frames_stay_and_no_frame_is_there_twice(keys):
    sequence = [frame(number, x, enabled=enabled) for number, x, enabled in {key[0]: key for key in keys}.values()]
    found = frames(*sequence, count=30)

    numbers = [one["frame"] for one in found]
    assert numbers == sorted(set(numbers))
    assert all(key in found for key in sequence)
    assert all(0 <= one["x"] <= 100 for one in found)
