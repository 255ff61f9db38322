import pytest

from platform_core.tasks.queries import found_tasks as module
from platform_core.tasks.queries.found_tasks import FoundTasks, FoundTotals


@pytest.fixture
def found(monkeypatch):
    """Return an empty memory for 100 ids and 3 lists, and a clock that one sets: `found.now = 7`."""
    memory = FoundTasks()
    memory_clock = {"now": 0.0}
    monkeypatch.setattr(module, "MAX_IDS", 100)
    monkeypatch.setattr(module, "MAX_ENTRIES", 3)
    monkeypatch.setattr(module.time, "monotonic", lambda: memory_clock["now"])
    return memory, memory_clock


def test_pages_within_the_stretch_are_known_and_others_are_not(found):
    memory, _ = found
    memory.put_ids(("a",), 10, list(range(100, 130)))
    assert memory.ids(("a",), 10, 5, total=1000) == [100, 101, 102, 103, 104]
    assert memory.ids(("a",), 35, 5, total=1000) == [125, 126, 127, 128, 129]
    assert memory.ids(("a",), 36, 5, total=1000) is None
    assert memory.ids(("a",), 5, 5, total=1000) is None
    assert memory.ids(("b",), 10, 5, total=1000) is None


def test_last_page_is_known_although_it_is_short(found):
    memory, _ = found
    memory.put_ids(("a",), 0, [1, 2, 3])
    assert memory.ids(("a",), 2, 10, total=3) == [3]
    assert memory.ids(("a",), 2, 10, total=4) is None


def test_totals_and_ids_of_one_list_stay_together_and_grow_old_together(found):
    memory, clock = found
    totals = FoundTotals(tasks=3, annotations=2, predictions=1)
    memory.put_totals(("a",), totals)
    clock["now"] = 4
    memory.put_ids(("a",), 0, [1, 2, 3])
    assert memory.totals(("a",)) == totals
    clock["now"] = 5.5
    assert memory.totals(("a",)) is None
    assert memory.ids(("a",), 0, 1, total=3) is None


def test_memory_is_bounded_by_ids_and_by_lists(found):
    memory, _ = found
    memory.put_ids(("a",), 0, list(range(60)))
    memory.put_ids(("b",), 0, list(range(60)))
    assert memory.ids(("a",), 0, 1, total=60) is None
    assert memory.ids(("b",), 0, 1, total=60) == [0]
    for name in "cde":
        memory.put_totals((name,), FoundTotals(tasks=1, annotations=0, predictions=0))
    assert memory.ids(("b",), 0, 1, total=60) is None
    assert memory.totals(("e",)) is not None
