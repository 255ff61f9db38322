from hypothesis import given
from hypothesis import strategies as st

from platform_core.tasks.queries import page_starts
from platform_core.tasks.queries.page_starts import PageStarts

KEY = ("o_alpha", 1, 3)


def test_nothing_known_skips_from_the_first_task():
    assert PageStarts().nearest(KEY, 400) == (400, 0)


@given(st.sets(st.integers(1, 5000), max_size=40), st.integers(0, 6000))
def test_nearest_start_is_the_last_one_not_behind_the_offset(offsets, wanted):
    starts = PageStarts()
    for offset in offsets:
        starts.put(KEY, offset, offset * 10)
        starts.put(KEY, offset, offset * 10)

    place = max((offset for offset in offsets if offset <= wanted), default=0)

    assert starts.nearest(KEY, wanted) == (wanted - place, place * 10)


def test_starts_are_forgotten_after_a_deletion_and_never_shared():
    starts = PageStarts()
    starts.put(KEY, 100, 107)

    for other in (("o_beta", 1, 3), ("o_alpha", 2, 3), ("o_alpha", 1, 4)):
        assert starts.nearest(other, 100) == (100, 0)
    assert starts.nearest(KEY, 150) == (50, 107)


def test_memory_is_bounded():
    starts = PageStarts()
    for project in range(page_starts.PROJECTS + 5):
        starts.put(("o_alpha", project, 1), 10, 20)
    for offset in range(3 * page_starts.STARTS):
        starts.put(KEY, offset, offset)

    assert len(starts._projects) == page_starts.PROJECTS
    assert len(starts._projects[KEY]) <= page_starts.STARTS
