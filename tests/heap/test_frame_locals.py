"""Variables stay intact and alive no longer than before, also where a trace function or a debugger looks on."""

from __future__ import annotations

import gc
import io
import pdb
import sys
import threading
import weakref

import pytest

from leakscope.heap import frame_locals
from leakscope.holder_paths import find_paths
from leakscope.why import why_alive

READS_LOCALS_UNDER_TRACE = sys.version_info >= (3, 13)


class Target:
    pass


def hold_in_list():
    box = [Target()]
    number = 41
    result = find_paths([box[0]])
    return result, box, number + 1


@pytest.fixture
def no_trace():
    before = sys.gettrace()
    sys.settrace(None)
    yield
    sys.settrace(before)


def test_a_callers_list_is_named(no_trace):
    result, _, _ = hold_in_list()
    assert str(result.paths[0]) == "hold_in_list() local 'box'[0]"


def test_only_the_callers_variable_holds_it(no_trace):
    mine = Target()
    retention = why_alive(mine)
    assert str(retention.paths[0]) == "only your variable mine holds it"
    assert str(retention).splitlines()[0] == "1 Target object is alive: only your variable mine holds it (1 of 1)"


@pytest.mark.parametrize("is_local_traced", [True, False])
def test_locals_survive_a_trace_function(is_local_traced):
    def tracer(frame, event, arg):
        return tracer if is_local_traced else None

    before = sys.gettrace()
    sys.settrace(tracer)
    try:
        result, box, number = hold_in_list()
    finally:
        sys.settrace(before)
    assert type(box[0]) is Target
    assert number == 42
    if READS_LOCALS_UNDER_TRACE:
        assert str(result.paths[0]) == "hold_in_list() local 'box'[0]"
    elif result.paths[0] is None:
        assert "trace function" in result.notes[-1]
    else:
        assert result.paths[0].root_kind == "frame"


def test_locals_survive_a_search_inside_a_trace_function():
    found = []

    def tracer(frame, event, arg):
        if frame.f_code.co_name == "traced" and event == "line" and "box" in frame.f_code.co_varnames:
            found.append(find_paths([found]).is_complete)
        return tracer

    def traced():
        box = [1]
        other = "x"
        third = [*box, 2]
        return box, other, third

    before = sys.gettrace()
    sys.settrace(tracer)
    try:
        values = traced()
    finally:
        sys.settrace(before)
    assert values == ([1], "x", [1, 2])
    assert found


def test_locals_survive_a_search_inside_a_profile_function():
    def profiler(frame, event, arg):
        if frame.f_code.co_name == "profiled":
            find_paths([seen])

    seen = []

    def profiled(argument):
        box = [argument]
        seen.append(len(box))
        return box, argument

    sys.setprofile(profiler)
    try:
        values = profiled(5)
    finally:
        sys.setprofile(None)
    assert values == ([5], 5)


def at_a_prompt(stdin, stdout):
    box = [Target()]
    plain = "kept"
    debugger = pdb.Pdb(stdin=stdin, stdout=stdout, nosigint=True, readrc=False)
    debugger.use_rawinput = False
    debugger.set_trace(sys._getframe())
    after = plain + "!"
    return box, plain, after


def test_all_locals_are_intact_at_a_pdb_prompt():
    ask = "print(str(why_alive(box[0])))"
    commands = "\n".join(["from leakscope.why import why_alive", ask, "n", ask, "p plain", "c", ""])
    stdout = io.StringIO()
    kept = []
    # In a thread of its own: the debugger leaves its trace function on the outermost frame.
    thread = threading.Thread(target=lambda: kept.append(at_a_prompt(io.StringIO(commands), stdout)))
    thread.start()
    thread.join()
    ((box, plain, after),) = kept
    assert type(box[0]) is Target
    assert (plain, after) == ("kept", "kept!")
    assert "'kept'" in stdout.getvalue()
    assert "1 Target object is alive" in stdout.getvalue()


def test_no_snapshot_stays_behind(no_trace):
    def inner():
        value = Target()
        find_paths([Target()])
        reference = weakref.ref(value)
        del value
        return reference()

    assert inner() is None


def test_a_locals_dict_that_the_user_holds_is_not_emptied(no_trace):
    name = "leak"
    namespace = locals()
    find_paths([Target()])
    assert namespace["name"] == name


def test_generator_variables_survive_naming(no_trace):
    def numbers():
        box = [Target()]
        yield box
        yield box

    generator = numbers()
    holder = [generator]
    targets = [next(generator)[0]]
    path = find_paths(targets).paths[0]
    assert ".<local 'box' of numbers()" in str(path) or "local" in str(path)
    assert next(generator)[0] is targets[0]
    assert holder


def test_variables_of_a_resting_frame():
    def numbers():
        first, second = 1, [2]
        yield first
        yield second

    generator = numbers()
    next(generator)
    assert dict(frame_locals.read_resting(generator.gi_frame)) == {"first": 1, "second": [2]}
    assert frame_locals.read_resting(None) == []


def test_threads_keep_their_variables(no_trace):
    ready, done = threading.Event(), threading.Event()
    kept = []

    def worker():
        buf = Target()
        ready.set()
        done.wait(10)
        kept.append(buf)

    thread = threading.Thread(target=worker)
    thread.start()
    assert ready.wait(10)
    for _ in range(5):
        find_paths([kept])
    done.set()
    thread.join()
    assert type(kept[0]) is Target


def test_a_clearing_does_not_lose_a_callers_variables_over_many_searches(no_trace):
    alpha, beta = Target(), [Target()]

    def inner():
        return alpha, beta

    for _ in range(3):
        find_paths([alpha])
        find_paths([beta[0]])
    gc.collect()
    assert inner() == (alpha, beta)
