"""The hooks that read a figure at calls and lines: what they add up, and that they give the hooks back."""

from __future__ import annotations

import ctypes
import subprocess
import sys
import textwrap
import threading
import tracemalloc

import pytest

from leakscope.sensors import malloc_cache, malloc_heap, native_calls, thread_activity
from leakscope.sensors.native_calls import CallGrowth, LineGrowth

EVENTS = 1_000_000
in_use = [0]


def figure():
    return in_use[0]


def take(count):
    in_use[0] += count


def take_twice():
    take(5)
    take(5)


def generate():
    take(3)
    yield
    in_use[0] += 4


def by_name(hook, taken):
    found = {}
    for code, grown in zip(hook.codes, taken, strict=True):
        name = "" if code is None else code.co_name
        found[name] = found.get(name, 0) + grown
    found.pop("close", None)  # the hook's own, entered while it was still on
    return found


def profiled(function, limit=EVENTS):
    hook = CallGrowth(figure, limit)
    hook.open()
    try:
        function()
    finally:
        hook.close()
    return hook


def test_growth_counts_for_the_function_that_ran():
    hook = profiled(take_twice)
    grown = by_name(hook, hook.take())
    assert grown == {"": 0, "take_twice": 0, "take": 10}
    assert set(hook.take()) == {0}


def test_a_generator_is_left_and_entered_again():
    def drain():
        for _ in generate():
            take(100)

    hook = profiled(drain)
    codes = [code and code.co_name for code in hook.codes]
    assert codes[:5] == [None, "drain", "generate", "take", "take"]
    assert list(hook.take())[:5] == [0, 0, 4, 3, 100]


def test_an_exception_leaves_all_the_functions_it_passes():
    def fails():
        take(7)
        raise KeyError

    def catches():
        try:
            fails()
        except KeyError:
            in_use[0] += 1

    hook = profiled(catches)
    assert by_name(hook, hook.take()) == {"": 0, "catches": 1, "fails": 0, "take": 7}


def test_paths_beyond_the_limit_count_for_where_they_were_called(monkeypatch):
    monkeypatch.setattr(native_calls, "NODE_LIMIT", 2)
    hook = profiled(take_twice)
    assert by_name(hook, hook.take()) == {"": 0, "take_twice": 10}


def test_an_exhausted_hook_takes_itself_off():
    hook = profiled(take_twice, limit=2)
    assert hook.is_exhausted
    assert not hook.taken_away
    hook.open()
    assert sys.getprofile() is None


def test_a_profiler_that_the_target_sets_stays():
    def other(*_):
        return None

    hook = profiled(lambda: sys.setprofile(other))
    try:
        assert hook.taken_away
        assert sys.getprofile() is other
    finally:
        sys.setprofile(None)


def test_growth_counts_for_the_line_that_ran_or_called():
    first = take_twice.__code__.co_firstlineno
    hook = LineGrowth(figure, EVENTS, [take_twice.__code__])
    hook.open()
    try:
        take_twice()
        take(1000)
    finally:
        hook.close()
    grown = {line: amount for (index, line), amount in zip(hook.lines, hook.take(), strict=True) if index == 0}
    assert grown == {first + 1: 5, first + 2: 5}


def test_a_suspended_frame_keeps_no_trace_function():
    suspended = generate()
    hook = LineGrowth(figure, EVENTS, [generate.__code__])
    hook.open()
    try:
        next(suspended)
    finally:
        hook.close()
    assert suspended.gi_frame.f_trace is None


@pytest.mark.skipif(not malloc_heap.is_available(), reason="psutil cannot read malloc here")
def test_an_empty_function_takes_nothing():
    program = """
        from leakscope.sensors.native_calls import CallGrowth, LineGrowth, MallocInUse
        def empty(): pass
        def calls(): empty(); empty(); [empty() for _ in range(5)]
        read = MallocInUse()
        for hook in (CallGrowth(read, 10**6), LineGrowth(read, 10**6, [calls.__code__, empty.__code__])):
            for count in (20, 500):
                hook.open()
                try:
                    for _ in range(count):
                        calls()
                finally:
                    hook.close()
                taken = hook.take()
            # Some bytes over 500 calls: two chunks that differ in size took each other's place.
            assert max(map(abs, taken[1:])) < 100, taken
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(program)], check=True)


# --- when it cannot be done -------------------------------------------------------------------------------------------


def test_it_says_when_another_tool_is_there():
    assert native_calls.why_not_possible() == ""
    for set_hook, word in ((sys.setprofile, "profiler"), (sys.settrace, "tracer|traces")):
        set_hook(lambda *_: None)
        try:
            reason = native_calls.why_not_possible()
        finally:
            set_hook(None)
        assert any(part in reason for part in word.split("|"))
    tracemalloc.start()
    try:
        assert "tracemalloc" in native_calls.why_not_possible()
    finally:
        tracemalloc.stop()


@pytest.mark.skipif(not hasattr(sys, "monitoring"), reason="3.12 brought sys.monitoring")
def test_it_says_when_a_monitoring_tool_has_events():
    monitoring = sys.monitoring
    monitoring.use_tool_id(monitoring.PROFILER_ID, "some profiler")
    try:
        assert native_calls.why_not_possible() == ""
        monitoring.set_events(monitoring.PROFILER_ID, monitoring.events.CALL)
        assert "some profiler" in native_calls.why_not_possible()
    finally:
        monitoring.set_events(monitoring.PROFILER_ID, 0)
        monitoring.free_tool_id(monitoring.PROFILER_ID)


@pytest.mark.skipif(thread_activity.run_counts() is None, reason="the system does not tell how often threads ran")
def test_a_thread_that_waits_has_not_run_and_one_that_works_has():
    go, done, end = threading.Event(), threading.Event(), threading.Event()

    def work():
        done.set()
        go.wait()
        done.set()
        end.wait()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        done.wait()
        done.clear()
        ident = str(thread.native_id)
        before = thread_activity.run_counts()[ident]
        go.set()
        done.wait()
        assert thread_activity.run_counts()[ident] != before
    finally:
        go.set()
        end.set()
        thread.join()


# --- the cache of malloc ----------------------------------------------------------------------------------------------


def test_the_mappings_of_no_file_are_read():
    lines = [
        "559c0000-559c1000 r-xp 00001000 fe:00 26723                      /usr/bin/python with space\n",
        "559c2000-559c3000 rw-p 00003000 fe:00 26723                      /usr/bin/python\n",
        "55d0a000-55d0b000 rw-p 00000000 00:00 0                          [heap]\n",
        "7f600000-7f601000 rw-p 00000000 00:00 0\n",
        "7f602000-7f603000 ---p 00000000 00:00 0\n",
    ]
    assert malloc_cache.regions_of(lines) == [(0x55D0A000, 0x55D0B000), (0x7F600000, 0x7F601000)]


def test_what_the_cache_holds_is_read_where_there_is_one():
    program = """
        import ctypes
        from leakscope.sensors import malloc_cache
        cache = malloc_cache.find()
        if cache is not None:
            libc = ctypes.CDLL(None)
            libc.malloc.restype, libc.free.argtypes = ctypes.c_void_p, (ctypes.c_void_p,)
            chunk = libc.malloc(500)
            before = cache.bytes_held()
            libc.free(chunk)
            assert cache.bytes_held() - before in (0, 512), cache.bytes_held() - before
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(program)], check=True)


@pytest.mark.skipif(malloc_cache.find() is None, reason="no cache of malloc that can be read")
def test_a_function_that_frees_what_it_takes_is_not_charged_with_another_ones_leak():
    libc = ctypes.CDLL(None)
    libc.malloc.restype, libc.free.argtypes = ctypes.c_void_p, (ctypes.c_void_p,)

    def keeps():
        libc.malloc(80)

    def frees():
        libc.free(libc.malloc(80))

    hook = CallGrowth(native_calls.MallocInUse(), EVENTS)
    for count in (10, 200):
        hook.open()
        try:
            for _ in range(count):
                keeps()
                frees()
        finally:
            hook.close()
        grown = by_name(hook, hook.take())
    assert grown["keeps"] == pytest.approx(200 * 96, rel=0.2)  # a remainder too small for a chunk goes with it
    assert abs(grown["frees"]) < 0.1 * grown["keeps"]
