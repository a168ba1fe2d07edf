"""Native memory that stays is blamed on the function and line that took it, whatever lies between it and the target."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import functools
import sys
import threading

import pytest

import leakscope
from leakscope import driving, targets
from leakscope.analysis.native_growth import NativeGrowth
from leakscope.native_sites import find_native_sites
from leakscope.sensors import malloc_heap, thread_activity

pytestmark = [
    pytest.mark.skipif(not malloc_heap.is_available(), reason="psutil cannot read malloc here"),
    pytest.mark.skipif(sys.gettrace() is not None, reason="a tracer is set, so it refuses"),
]

_libc = ctypes.CDLL(None)
_libc.malloc.restype, _libc.malloc.argtypes = ctypes.c_void_p, (ctypes.c_size_t,)
_libc.free.argtypes = (ctypes.c_void_p,)
malloc, free = _libc.malloc, _libc.free
raw_malloc = ctypes.pythonapi.PyMem_RawMalloc
raw_malloc.restype, raw_malloc.argtypes = ctypes.c_void_p, (ctypes.c_size_t,)
held = []


def lose(size=80):
    malloc(size)


def use(size=80):
    free(malloc(size))


def lose_much():
    lose(1 << 20)


def lose_little():
    lose(16)
    use(16)


def nested():
    use()
    (lambda: [lose(), use()])()


def in_a_loop():
    for _ in range(10):
        lose(32)


def pages():
    for number in range(2):
        lose(64)
        yield number


def below_a_generator():
    list(pages())


@contextlib.contextmanager
def opened():
    lose(48)
    yield
    use(48)


def below_a_context_manager():
    with opened():
        use()


def logged(function):
    @functools.wraps(function)
    def wrapper():
        return function()

    return wrapper


@logged
def decorated():
    malloc(80)


class Parser:
    def parse(self):
        malloc(80)


def below_a_method():
    Parser().parse()


def below_a_lambda():
    (lambda: malloc(80))()


def in_a_comprehension():
    [malloc(48) for _ in range(4)]


def recursive(depth=4):
    return recursive(depth - 1) if depth else malloc(80)


def fail():
    malloc(80)
    raise ValueError


def below_an_exception():
    with contextlib.suppress(ValueError):
        fail()


def take():
    held.append(malloc(800))


def give():
    free(held.pop())


def taken_and_given():
    take()
    lose(200)
    give()


def lose_raw():
    raw_malloc(100)


async def lose_between_waits():
    await asyncio.sleep(0)
    lose()
    await asyncio.sleep(0)


async def in_tasks():
    await asyncio.gather(*(asyncio.create_task(lose_between_waits()) for _ in range(3)))


def located(function, per_call=96, seconds=5.0):
    """The answer for a function that is known to leak so much."""

    def steps(loop):
        yield 1
        return (yield from find_native_sites(NativeGrowth("malloc_bytes", per_call), (), 1, seconds))

    return driving.run_steps(steps, targets.target_of(function))


@pytest.mark.parametrize(
    ("function", "name", "per_call"),
    [
        (lose, "lose", 96),
        (lose_much, "lose", 1 << 20),
        (lose_little, "lose", 32),
        (nested, "lose", 96),
        (in_a_loop, "lose", 480),
        (below_a_generator, "lose", 160),
        (below_a_context_manager, "lose", 64),
        (decorated, "decorated", 96),
        (below_a_method, "parse", 96),
        (below_a_lambda, "<lambda>", 96),
        (in_a_comprehension, "in_a_comprehension", 256),
        (recursive, "recursive", 96),
        (below_an_exception, "fail", 96),
        (taken_and_given, "lose", 208),
        (lose_raw, "lose_raw", 112),
        (lose_between_waits, "lose", 96),
        (in_tasks, "lose", 288),
    ],
    ids=lambda value: value if type(value) is str else getattr(value, "__name__", ""),
)
def test_the_function_that_keeps_it_is_named(function, name, per_call):
    found = located(function, per_call)
    (site,) = found.sites
    assert site.function.rpartition(".")[2] == name
    assert site.site.rpartition(".")[2].endswith(name)
    if (
        per_call >= 96
    ):  # tables that the suite's other tests leave to be resized, some KiB once, outweigh the least leak
        assert site.bytes_per_call == pytest.approx(per_call, rel=0.1)
    assert sys.getprofile() is None
    assert sys.gettrace() is None


def test_the_line_is_the_one_that_took_it():
    def several():
        use()
        kept = malloc(80)
        use()
        return kept

    (site,) = located(several).sites
    assert f"test_native_sites.py:{several.__code__.co_firstlineno + 2} in " in site.site


def test_two_lines_of_one_function_are_two():
    def two():
        malloc(300)
        malloc(200)

    sites = located(two, 528).sites
    first = two.__code__.co_firstlineno
    assert [row.site.partition(" ")[0].rpartition(":")[2] for row in sites] == [str(first + 1), str(first + 2)]


def test_hooks_are_given_back_when_the_target_raises():
    calls = iter(range(6))

    def runs_out():
        lose()
        if next(calls) == 5:
            raise KeyError

    with pytest.raises(leakscope.TargetRaised):
        located(runs_out)
    assert sys.getprofile() is None
    assert sys.gettrace() is None


def test_a_profiler_of_somebody_else_is_left_alone():
    def other(*_):
        return None

    sys.setprofile(other)
    try:
        found = located(lose)
        assert sys.getprofile() is other
    finally:
        sys.setprofile(None)
    assert found.sites == ()
    assert "another profiler is set" in found.notes[0]


def test_it_says_when_the_target_sets_a_profiler():
    def profiles():
        lose()
        sys.setprofile(None)

    found = located(profiles)
    assert found.sites == ()
    assert "profiler of their own" in found.notes[0]


def test_it_says_when_there_are_too_many_calls():
    def many():
        lose()
        for _ in range(3000):
            use(8)

    found = located(many, seconds=0.02)
    assert found.sites == ()
    assert "too many calls" in found.notes[0]


def wait_until_others_wait():
    same, counts = 0, None
    while same < 300:  # each reading lets go of the interpreter lock
        now = thread_activity.run_counts()
        same, counts = (same + 1 if now == counts else 0), now


@pytest.mark.skipif(thread_activity.run_counts() is None, reason="the system does not tell how often threads ran")
def test_a_thread_that_waits_is_no_obstacle_and_one_that_runs_is_named():
    asked, answered = threading.Semaphore(0), threading.Semaphore(0)
    ended = []

    def serve():
        answered.release()
        while asked.acquire() and not ended:
            answered.release()

    def ask():
        lose()
        asked.release()
        answered.acquire()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        answered.acquire()
        wait_until_others_wait()
        assert len(located(lose).sites) == 1
        found = located(ask)
        assert found.sites == ()
        assert "another thread ran" in found.notes[0]
    finally:
        ended.append(True)
        asked.release()
        thread.join()


def test_a_check_names_the_function_and_the_line():
    def leaky():
        use()
        lose(300)

    report = leakscope.check(leaky, budget_seconds=5)
    (finding,) = report.findings
    assert finding.kind == "native"
    assert finding.site == f"{finding.site.partition(':')[0]}:{lose.__code__.co_firstlineno + 1} in lose"
    assert f"below lose() at {finding.site.partition(' in ')[0]}" in finding.evidence
    assert finding.bytes_per_call == pytest.approx(320, rel=0.1)
