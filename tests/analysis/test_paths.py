"""Shortest paths from ranked roots, on invented numbers."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from leakscope.analysis.paths import reachable, shortest_paths


def test_shortest_path_wins_among_roots_of_one_rank():
    children = {1: [2], 2: [9], 3: [9]}
    assert shortest_paths(children, {1: 0, 3: 0}, [9]) == [(3, 9)]


def test_a_better_rank_wins_over_a_shorter_path():
    children = {1: [2], 2: [9], 3: [9]}
    assert shortest_paths(children, {1: 0, 3: 2}, [9]) == [(1, 2, 9)]


def test_a_worse_rank_serves_the_targets_left():
    assert shortest_paths({1: [8], 3: [9]}, {1: 0, 3: 2}, [8, 9]) == [(1, 8), (3, 9)]


def test_a_target_that_is_a_root_has_a_path_of_one_node():
    assert shortest_paths({}, {9: 2}, [9]) == [(9,)]


def test_a_target_without_a_root_has_no_path():
    assert shortest_paths({5: [9], 9: [5]}, {1: 0}, [9]) == [None]


def test_the_same_target_twice():
    assert shortest_paths({1: [9]}, {1: 0}, [9, 9]) == [(1, 9), (1, 9)]


def test_a_long_chain_needs_no_recursion():
    count = 100_000
    children = {number: [number + 1] for number in range(count)}
    path = shortest_paths(children, {0: 0}, [count])[0]
    assert path is not None
    assert len(path) == count + 1


GRAPHS = st.dictionaries(st.integers(0, 12), st.lists(st.integers(0, 12), max_size=4), max_size=12)
RANKS = st.dictionaries(st.integers(0, 12), st.integers(0, 3), max_size=4)


@given(GRAPHS, RANKS, st.lists(st.integers(0, 12), max_size=5))
def test_paths_follow_edges_and_exist_where_a_root_reaches(children, ranks, targets):
    paths = shortest_paths(children, ranks, targets)
    for target, path in zip(targets, paths, strict=True):
        reaching = [root for root in ranks if target in reachable(children, [root])]
        if path is None:
            assert not reaching
            continue
        assert path[-1] == target
        assert ranks[path[0]] == min(ranks[root] for root in reaching)
        assert all(child in children[parent] for parent, child in itertools.pairwise(path))
