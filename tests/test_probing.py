from __future__ import annotations

import asyncio
import gc
import os
import subprocess
import sys
import textwrap
import threading
import tracemalloc

import pytest

import leakscope
from leakscope import Verdict
from leakscope.errors import NotMeasured
from leakscope.heap.new_objects import why_not_recordable

needs_births = pytest.mark.skipif(bool(why_not_recordable()), reason=why_not_recordable() or "-")


class Kept:
    pass


def left_behind(report):
    return {row.type_name.rpartition(".")[2]: row.count for row in report.left_behind}


@needs_births
def test_what_a_block_leaves_behind_by_type():
    kept = []
    with leakscope.probe("block") as probe:
        kept.extend(Kept() for _ in range(100))
    assert left_behind(probe.report) == {"Kept": 100}
    assert probe.report.verdict is Verdict.GREW
    assert probe.report.delta.amount_of("allocated_blocks") >= 100
    assert probe.report.findings[0].type_name.endswith("Kept")


@needs_births
def test_objects_at_addresses_that_were_used_before_are_found():
    freed = [Kept() for _ in range(1000)]
    with leakscope.probe() as probe:
        freed.clear()
        kept = [Kept() for _ in range(1000)]
        gc.collect()
    assert left_behind(probe.report)["Kept"] == 1000
    assert len(kept) == 1000


@needs_births
def test_cycles_that_the_collector_frees_are_not_left_behind():
    with leakscope.probe() as probe:
        for _ in range(100):
            pair = []
            pair.append(pair)
        del pair
    assert probe.report.left_behind == ()
    assert probe.report.verdict is Verdict.STEADY


def test_collections_in_the_block_are_counted_and_no_others():
    with leakscope.probe() as probe:
        gc.collect()
        gc.collect(0)
    assert probe.report.pauses.collections == (1, 0, 1)
    assert 0 < probe.report.pauses.longest_seconds <= probe.report.pauses.total_seconds


def test_untracked_growth_is_seen_in_blocks():
    kept = [""] * 100
    with leakscope.probe() as probe:
        for index in range(100):
            kept[index] = f"{10_000 + index}"
    assert probe.report.left_behind == ()
    assert probe.report.delta.amount_of("allocated_blocks") == 100
    assert "does not track" in probe.report.findings[0].summary


def test_handles_left_open_are_findings():
    may_end = threading.Event()
    with leakscope.probe() as probe:
        fd = os.open(os.devnull, os.O_RDONLY)
        thread = threading.Thread(target=may_end.wait)
        thread.start()
    may_end.set()
    thread.join()
    os.close(fd)
    assert {"file_descriptor", "thread"} <= {finding.kind for finding in probe.report.findings}


def test_an_exception_comes_out_unchanged_and_the_report_is_there():
    error = ValueError("as it was")
    probe = leakscope.probe("raises")
    with pytest.raises(ValueError) as caught, probe:
        made = 1
        raise error
    assert caught.value is error
    assert error.__cause__ is None
    assert error.__context__ is None
    assert probe.report.raised == "ValueError"
    assert probe.report.verdict is Verdict.STEADY
    assert "raised ValueError" in str(probe.report)
    assert made == 1


def test_nested_probes_tell_their_own_part():
    kept = []
    with leakscope.probe("outer") as outer:
        kept.append([])
        with leakscope.probe("inner") as inner:
            kept.append([])
        first = inner.report
    assert sum(left_behind(first).values()) <= 1
    assert sum(left_behind(outer.report).values()) >= sum(left_behind(first).values())


def test_one_probe_can_be_entered_while_it_is_open():
    probe = leakscope.probe("again", objects=False, memory=False)
    with probe:
        with probe:
            pass
        inner = probe.report
        assert inner.verdict is Verdict.STEADY
    assert probe.report is not inner


def test_decorated_function_keeps_its_face():
    @leakscope.probe("step")
    def step(a, *, b):
        """Doc."""
        return a + b

    assert step(1, b=2) == 3
    assert step.__name__ == "step"
    assert step.__doc__ == "Doc."
    assert step.probe.report.label == "step"


def test_decorated_coroutine_function():
    @leakscope.probe("step")
    async def step(value):
        await asyncio.sleep(0)
        return value

    assert asyncio.iscoroutinefunction(step) if sys.version_info < (3, 14) else True
    assert asyncio.run(step(3)) == 3
    assert step.probe.report.origin == "probe"


def test_decorated_generators_measure_until_they_are_exhausted():
    @leakscope.probe("numbers")
    def numbers():
        received = yield 1
        yield received
        return 9

    generator = numbers()
    assert next(generator) == 1
    assert generator.send(5) == 5
    with pytest.raises(NotMeasured):
        numbers.probe.report
    with pytest.raises(StopIteration) as stop:
        next(generator)
    assert stop.value.value == 9
    assert numbers.probe.report.label == "numbers"


def test_decorated_async_generator():
    @leakscope.probe("numbers")
    async def numbers():
        yield 1
        yield 2

    async def consume():
        return [item async for item in numbers()]

    assert asyncio.run(consume()) == [1, 2]
    assert numbers.probe.report.label == "numbers"


def test_async_with():
    async def block():
        async with leakscope.probe("block") as probe:
            await asyncio.sleep(0)
        return probe.report

    assert asyncio.run(block()).label == "block"


def test_two_threads_at_once():
    reports = []

    def work():
        with leakscope.probe("work") as probe:
            kept = [[] for _ in range(10)]
        reports.append((probe.report, len(kept)))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(reports) == 4


def test_one_probe_shared_by_threads_leaves_no_callback():
    probe = leakscope.probe("shared", memory=False)
    barrier = threading.Barrier(3)
    before = len(gc.callbacks)

    def work(number):
        for _ in range(3):
            barrier.wait()
            with probe:
                barrier.wait()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(gc.callbacks) == before


@needs_births
def test_objects_are_found_while_another_thread_collects():
    may_end = threading.Event()

    def collect_all_the_time():
        while not may_end.is_set():
            gc.collect()

    thread = threading.Thread(target=collect_all_the_time)
    thread.start()
    counts = []
    try:
        for _ in range(10):
            with leakscope.probe(memory=False) as probe:
                kept = [Kept() for _ in range(10)]
            counts.append(left_behind(probe.report).get("Kept"))
            kept.clear()
    finally:
        may_end.set()
        thread.join()
    assert counts == [10] * 10


def test_async_generators_receive_what_is_sent_and_thrown():
    @leakscope.probe()
    async def echo():
        received = None
        while True:
            try:
                received = yield received
            except KeyError as error:
                received = error

    async def talk():
        generator = echo()
        await generator.__anext__()
        assert await generator.asend(42) == 42
        error = KeyError("k")
        assert await generator.athrow(error) is error
        await generator.aclose()

    asyncio.run(talk())


def test_an_empty_async_block_reports_nothing():
    async def block():
        async with leakscope.probe("block") as probe:
            pass
        return probe.report

    report = asyncio.run(block())
    assert report.findings == ()
    assert report.delta.amount_of("allocated_blocks") == 0


@needs_births
def test_an_inner_probe_is_not_left_behind():
    with leakscope.probe("outer") as outer:
        with leakscope.probe("inner") as inner:
            pass
        assert inner.report.findings == ()
    assert outer.report.left_behind == ()


def test_leaving_without_entering_is_an_error():
    with pytest.raises(NotMeasured, match="not entered"):
        leakscope.probe().__exit__(None, None, None)


@pytest.mark.parametrize("thing", [3, None, Kept])
def test_what_cannot_be_decorated(thing):
    with pytest.raises(leakscope.ArgumentError, match="decorates functions"):
        leakscope.probe()(thing)


def test_a_report_before_the_end_is_an_error():
    with pytest.raises(NotMeasured, match="after the block has ended"):
        leakscope.probe("early").report


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"label": 3}, "a label is text"),
        ({"label": b"x"}, "a label is text"),
        ({"collect": 3}, "generation 0, 1 or 2"),
        ({"collect": "yes"}, "True, False or a generation"),
        ({"trace": -1}, "how many frames"),
        ({"objects": 1}, "True or False"),
        ({"memory": None}, "True or False"),
    ],
)
def test_settings_that_cannot_be_used(arguments, words):
    with pytest.raises(leakscope.ArgumentError, match=words):
        leakscope.probe(**arguments)


def test_a_probe_without_brackets_says_what_to_write():
    with pytest.raises(leakscope.ArgumentError, match=r"write @leakscope.probe\(\)"):

        @leakscope.probe
        def step():
            pass


@needs_births
def test_tracing_tells_where_it_was_made_and_is_switched_off_again():
    kept = []
    with leakscope.probe(trace=5) as probe:
        kept.append(Kept())
    assert not tracemalloc.is_tracing()
    assert "test_probing.py" in probe.report.findings[0].site


def test_tracing_that_was_on_stays_on():
    tracemalloc.start(3)
    try:
        with leakscope.probe(trace=9):
            pass
        assert tracemalloc.is_tracing()
        assert tracemalloc.get_traceback_limit() == 3
    finally:
        tracemalloc.stop()


@needs_births
def test_a_freeze_in_the_block_is_said():
    with leakscope.probe() as probe:
        gc.freeze()
    gc.unfreeze()
    assert [entry.signal for entry in probe.report.missing if entry.signal == "objects"] == ["objects"]
    assert probe.report.left_behind == ()


def test_without_a_collection_new_objects_are_missing_not_none():
    with leakscope.probe(collect=False) as probe:
        pass
    assert "objects" in {entry.signal for entry in probe.report.missing}
    assert "garbage may be among" in probe.report.notes[0]


FIRST_PROBE = """
    import leakscope
    with leakscope.probe({arguments}) as probe:
        pass
    report = probe.report
    assert report.verdict is leakscope.Verdict.STEADY, report
    assert report.findings == () and report.left_behind == ()
    assert report.delta.amount_of("allocated_blocks") == 0, report
"""


@pytest.mark.parametrize("arguments", ["", "objects=False", "memory=False", "trace=5", "collect=1"])
def test_the_first_probe_of_a_process_around_nothing_reports_nothing(arguments):
    code = textwrap.dedent(FIRST_PROBE).format(arguments=arguments)
    subprocess.run([sys.executable, "-c", code], check=True)


EMPTY_PROBES = """
    import gc, sys, leakscope
    from array import array
    counted = array("q", [0, 0])
    def run(count):
        for _ in range(count):
            with leakscope.probe("empty"):
                pass
    run({unmeasured})
    gc.collect(); gc.collect()
    counted[0] = sys.getallocatedblocks()
    counted[1] = len(gc.get_objects())
    run({count})
    gc.collect()
    grown = sys.getallocatedblocks() - counted[0], len(gc.get_objects()) - counted[1]
    assert max(grown) <= 0, grown
"""


def test_empty_probes_leave_nothing():
    code = textwrap.dedent(EMPTY_PROBES).format(unmeasured=1100, count=100)
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.soak
def test_a_thousand_empty_probes_leave_nothing():
    code = textwrap.dedent(EMPTY_PROBES).format(unmeasured=1100, count=1000)
    subprocess.run([sys.executable, "-c", code], check=True)
