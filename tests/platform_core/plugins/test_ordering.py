import itertools

from hypothesis import given
from hypothesis import strategies as st

from platform_core.plugins.ordering import closure, depths

NAMES = st.sampled_from("abcdefg")
GRAPHS = st.dictionaries(NAMES, st.frozensets(NAMES, max_size=3).map(tuple), max_size=7)


def test_depth_counts_the_longest_way():
    assert depths({"a": (), "b": ("a",), "c": ("a", "b"), "d": ("unknown",)}) == ({"a": 0, "b": 1, "c": 2, "d": 0}, {})


def test_cycle_is_shown_to_its_members_and_to_what_depends_on_it():
    found, cycles = depths({"a": ("b",), "b": ("a",), "c": ("b",), "d": ()})

    assert found == {"d": 0}
    assert cycles == {"a": ("a", "b", "a"), "b": ("a", "b", "a"), "c": ("a", "b", "a")}


@given(GRAPHS)
def test_every_plugin_is_measured_or_on_or_behind_a_cycle(graph):
    found, cycles = depths(graph)

    assert found.keys() | cycles.keys() == graph.keys()
    assert not found.keys() & cycles.keys()
    for slug, depth in found.items():
        known = [found[other] for other in graph[slug] if other in graph]
        assert depth == 1 + max(known, default=-1)
    for loop in cycles.values():
        assert loop[0] == loop[-1]
        assert all(after in graph[before] for before, after in itertools.pairwise(loop))


def test_closure_holds_indirect_dependencies():
    assert closure("c", {"a": (), "b": ("a",), "c": ("b",)}) == {"a", "b"}


def test_shared_dependency_is_counted_once():
    depends = {"top": ["left", "right"], "left": ["ground"], "right": ["ground"], "ground": []}

    assert closure("top", depends) == {"left", "right", "ground"}
