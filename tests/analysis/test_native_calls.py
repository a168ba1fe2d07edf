"""Blame for native growth on invented call paths: only what stays counts, as deep as it can be followed."""

from __future__ import annotations

import pytest

from leakscope.analysis.native_calls import blamed_functions, blamed_lines
from leakscope.model.evidence import CallPath

CALLS = 100


class Tree:
    """Call paths by name; a row's growth is per call, the same in each of four parts."""

    def __init__(self):
        self.names = ["outside"]
        self.paths = [CallPath(0, 0, (0, 0, 0, 0))]

    def add(self, name, parent=0, per_call=0, *, is_library=False, parts=None):
        if name not in self.names:
            self.names.append(name)
        growths = tuple(parts or [per_call * CALLS // 4] * 4)
        self.paths.append(CallPath(parent, self.names.index(name), growths, is_library))
        return len(self.paths) - 1

    def blamed(self, expected):
        found = blamed_functions(self.paths, expected * CALLS)
        return {self.names[blame.function]: round(blame.bytes / CALLS) for blame in found}


def test_the_deepest_function_that_carries_the_growth_is_named():
    tree = Tree()
    inner = tree.add("c", tree.add("b", tree.add("a")), 80)
    tree.add("busy", inner)
    tree.add("temporary", 1, 2)
    assert tree.blamed(80) == {"c": 80}


def test_a_function_whose_memory_another_frees_is_not_named():
    tree = Tree()
    target = tree.add("target")
    tree.add("takes", target, 800)
    tree.add("leaks", target, 200)
    tree.add("gives", target, -800)
    assert tree.blamed(200) == {"leaks": 200}


def test_what_is_freed_elsewhere_is_followed_into_the_branch_that_took_it():
    tree = Tree()
    target = tree.add("target")
    branch = tree.add("branch", target)
    tree.add("takes", branch, 800)
    tree.add("leaks", branch, 160)
    tree.add("gives", tree.add("other branch", target), -800)
    assert tree.blamed(160) == {"leaks": 160}


def test_a_wrapper_that_others_use_cleanly_counts_only_where_it_leaks():
    tree = Tree()
    target = tree.add("target")
    clean, leaky = tree.add("clean", target), tree.add("leaky", target)
    tree.add("wrapper", clean, 1000)
    tree.add("unwrap", clean, -1000)
    tree.add("wrapper", leaky, 100)
    assert tree.blamed(100) == {"wrapper": 100}


def test_two_leaks_at_once_are_two():
    tree = Tree()
    target = tree.add("target")
    tree.add("first", target, 300)
    tree.add("second", tree.add("between", target), 200)
    assert tree.blamed(500) == {"first": 300, "second": 200}


def test_a_function_that_many_paths_reach_is_named():
    tree = Tree()
    target = tree.add("target")
    for index in range(20):
        tree.add("leaks", tree.add(f"way {index}", target), 40)
    assert tree.blamed(800) == {"leaks": 800}


def test_growth_scattered_over_many_functions_stays_with_their_caller():
    tree = Tree()
    target = tree.add("target")
    for index in range(20):
        tree.add(f"part {index}", target, 40)
    assert tree.blamed(800) == {"target": 800}


def test_library_functions_are_left_by_their_caller():
    tree = Tree()
    target = tree.add("target")
    tree.add("deep", tree.add("library", target, is_library=True), 80, is_library=True)
    assert tree.blamed(80) == {"target": 80}


def test_a_library_function_without_a_caller_is_named_itself():
    tree = Tree()
    tree.add("library", 0, 80, is_library=True)
    assert tree.blamed(80) == {"library": 80}


def test_a_step_of_a_table_is_not_a_leak():
    tree = Tree()
    target = tree.add("target")
    tree.add("table", target, parts=[0, 1 << 20, 0, 0])
    tree.add("leaks", target, 80)
    assert tree.blamed(80) == {"leaks": 80}


def test_a_leak_that_shows_in_one_part_only_is_found_when_nothing_else_grew():
    tree = Tree()
    tree.add("seldom", 0, parts=[0, 0, 8000, 0])
    assert tree.blamed(80) == {"seldom": 80}


@pytest.mark.parametrize("per_call", [0, 20, -80])
def test_growth_that_does_not_show_again_blames_nobody(per_call):
    tree = Tree()
    tree.add("target", 0, per_call)
    assert tree.blamed(80) == {}


def test_nothing_called_blames_nobody():
    assert blamed_functions([], 8000) == ()


@pytest.mark.parametrize(
    ("growths", "blamed"),
    [
        ([(0,) * 4, (80,) * 4, (1,) * 4], (1,)),
        ([(800,) * 4, (-800,) * 4, (80,) * 4], (2,)),
        ([(30,) * 4, (50,) * 4], (1, 0)),
        ([(0, 320, 0, 0), (0, 0, 0, 0)], (0,)),
        ([(0,) * 4], ()),
    ],
)
def test_lines_are_blamed_for_what_stays(growths, blamed):
    carried = max(80, sum(map(sum, growths)))
    assert blamed_lines(growths, carried) == blamed
