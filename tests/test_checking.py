from __future__ import annotations

import asyncio
import ctypes
import functools
import gc
import itertools
import os
import queue
import subprocess
import sys
import textwrap

import pytest

import leakscope
from leakscope import GrowthError, TargetRaised, Verdict
from leakscope.errors import RunningLoopError, TargetNotCallable
from leakscope.model.growth import Trend

PAGES = {}
ROWS = []
TAGS = set()


class Page:
    def __init__(self, number):
        self.number = number


@pytest.fixture(autouse=True)
def emptied():
    yield
    PAGES.clear()
    ROWS.clear()
    TAGS.clear()


def leak_page():
    PAGES[len(PAGES)] = Page(len(PAGES))


def keep_one_page():
    PAGES[0] = Page(0)


def leak_text():
    ROWS.append(f"row {len(ROWS)}")


def leak_into_set():
    TAGS.add(("tag", len(TAGS)))


def cached(size):
    @functools.lru_cache(maxsize=size)
    def render(number):
        return [number]

    numbers = iter(range(10**9))
    return lambda: render(next(numbers))


def make_cycle():
    pair = {}
    pair["self"] = pair


def nothing():
    pass


def kinds(report):
    return {finding.kind for finding in report.findings}


def retained(report):
    return next(finding for finding in report.findings if finding.kind == "retained")


@pytest.mark.parametrize(
    ("fn", "type_name", "holder"),
    [
        (leak_page, "Page", "PAGES["),
        (leak_text, "str", "ROWS["),
        (leak_into_set, "tuple", "TAGS."),
    ],
)
def test_a_leak_is_found_named_held_and_placed(fn, type_name, holder):
    report = leakscope.check(fn)
    assert report.verdict is Verdict.LEAK
    finding = retained(report)
    assert finding.type_name.rpartition(".")[2] == type_name
    assert finding.count_per_call == pytest.approx(1.0, abs=0.1)
    assert f"test_checking.{holder}" in str(finding.holder)
    assert f"test_checking.py:{fn.__code__.co_firstlineno + 1} in {fn.__name__}" in finding.site


@pytest.mark.parametrize("fn", [nothing, keep_one_page, make_cycle, lambda: [0] * 1000, lambda: b"x" * 100_000])
def test_a_clean_function_is_not_accused(fn):
    report = leakscope.check(fn)
    assert report.verdict is Verdict.NO_LEAK, report
    assert not kinds(report) - {"cyclic_garbage"}


@pytest.mark.parametrize("size", [16, 512, 1024])
def test_a_bounded_cache_is_not_accused(size):
    assert leakscope.check(cached(size)).verdict is Verdict.NO_LEAK


def test_a_cache_that_knows_its_limit_and_is_not_full_is_not_accused():
    report = leakscope.check(cached(20_000))
    assert report.verdict is Verdict.NO_LEAK
    assert "fills to 20,000, now 16,6" in report.reason


def test_one_object_that_grows_is_named():
    grown = bytearray()
    finding = retained(leakscope.check(lambda: grown.extend(b"x" * 100)))
    assert finding.type_name == "bytearray"
    assert finding.bytes_per_call == pytest.approx(100, rel=0.1)


def test_one_object_per_hundred_calls_is_found_and_its_twin_is_not_accused():
    numbers = itertools.count(1)

    def rarely():
        number = next(numbers)
        if number % 100 == 0:
            PAGES[number] = Page(number)

    def rarely_replaced():
        if next(numbers) % 100 == 0:
            PAGES[0] = Page(0)

    report = leakscope.check(rarely)
    assert report.verdict is Verdict.LEAK
    assert "test_checking.PAGES[" in str(retained(report).holder)
    assert leakscope.check(rarely_replaced).verdict is Verdict.NO_LEAK


def test_callbacks_that_the_loop_had_no_turn_for_are_not_growth():
    async def step():
        asyncio.ensure_future(asyncio.sleep(0))  # noqa: RUF006 - dropping it is what is tested

    assert leakscope.check(step, calls=640).verdict is Verdict.NO_LEAK


def test_cycles_are_a_finding_not_a_leak():
    report = leakscope.check(make_cycle)
    assert report.verdict is Verdict.NO_LEAK
    (finding,) = report.findings
    assert finding.kind == "cyclic_garbage"
    assert "dict['self'] -> dict" in finding.evidence[0]


def test_cycles_leak_when_the_collector_is_off():
    gc.disable()
    try:
        report = leakscope.check(make_cycle)
    finally:
        gc.enable()
    assert report.verdict is Verdict.LEAK
    assert "cyclic_garbage" in kinds(report)


@pytest.mark.skipif(sys.platform == "win32", reason="malloc by name")
def test_native_growth_is_told_from_python_growth():
    malloc = ctypes.CDLL(None).malloc
    malloc.restype = ctypes.c_void_p
    report = leakscope.check(lambda: malloc(4096))
    assert report.verdict is Verdict.LEAK
    assert kinds(report) == {"native"}
    assert report.findings[0].bytes_per_call == pytest.approx(4096, rel=0.05)


def test_descriptors_left_open():
    opened = []
    try:
        report = leakscope.check(lambda: opened.extend(os.pipe()))
    finally:
        for fd in opened:
            os.close(fd)
    assert report.verdict is Verdict.LEAK
    finding = next(finding for finding in report.findings if finding.kind == "file_descriptor")
    assert finding.count_per_call == pytest.approx(2.0, rel=0.05)
    assert "pipe" in finding.summary


def test_a_coroutine_function_runs_on_one_loop_of_its_own():
    loops = set()

    async def step():
        loops.add(id(asyncio.get_running_loop()))
        await asyncio.sleep(0)

    assert leakscope.check(step, calls=40).verdict is Verdict.NO_LEAK
    assert len(loops) == 1


def test_tasks_that_never_end_are_found():
    async def step():
        ROWS.append(asyncio.ensure_future(asyncio.Event().wait()))
        await asyncio.sleep(0)

    report = leakscope.check(step, calls=1000)
    assert report.verdict is Verdict.LEAK
    assert "task" in kinds(report)


def test_with_a_running_loop_check_async_is_named():
    async def step():
        await asyncio.sleep(0)

    async def main():
        with pytest.raises(RunningLoopError, match=r"await leakscope.check_async"):
            leakscope.check(step)
        return await leakscope.check_async(step, calls=40)

    assert asyncio.run(main()).verdict is Verdict.NO_LEAK


def test_exactly_so_many_calls():
    made = []
    report = leakscope.check(lambda: made.append(None) or made.clear(), calls=64, warmup=3)
    assert report.calls == 64


def test_too_few_calls_are_inconclusive():
    report = leakscope.check(nothing, calls=4)
    assert report.verdict is Verdict.INCONCLUSIVE
    assert "4 calls, 8 are the least" in report.reason


def test_few_calls_and_a_holder_that_never_evicts_are_a_leak():
    assert leakscope.check(leak_text, calls=100).verdict is Verdict.LEAK


def test_few_calls_and_a_dict_may_be_a_cache():
    report = leakscope.check(leak_page, calls=100)
    assert report.verdict is Verdict.INCONCLUSIVE
    assert "cache of more than 100 entries" in report.reason
    assert report.next_step == "rerun with more calls: check(..., calls=12800)"
    assert retained(report).holder is not None


def test_what_is_ignored_is_no_leak():
    report = leakscope.check(leak_page, ignore=["*.Page"])
    assert report.verdict is Verdict.NO_LEAK
    assert "ignored" in report.reason


def test_without_sites_and_holders():
    report = leakscope.check(leak_page, sites=False, holders=False)
    assert report.verdict is Verdict.LEAK
    assert retained(report).holder is None
    assert retained(report).site is None


# --- the target -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [1, 2, 100])
def test_a_target_that_raises_is_named_with_its_call(number):
    made = []

    def fails():
        made.append(None)
        if len(made) == number:
            raise ValueError("no more")

    with pytest.raises(TargetRaised, match=rf"raised ValueError: no more on call {number}\.") as caught:
        leakscope.check(fails)
    assert caught.value.call_number == number
    assert type(caught.value.__cause__) is ValueError


def test_a_target_that_raises_leaves_a_report_of_what_was_measured():
    def fails():
        leak_page()
        if len(PAGES) == 500:
            raise ValueError("no more")

    with pytest.raises(TargetRaised) as caught:
        leakscope.check(fails)
    report = caught.value.report
    assert (report.verdict, report.is_cut_short) == (Verdict.INCONCLUSIVE, True)
    assert report.reason == f"raised ValueError: no more after {report.calls} measured calls"
    assert "until then it grew by 1 gc object" in report.notes[0]
    assert f"calls={report.calls // 2}" in report.next_step
    with pytest.raises(TargetRaised) as caught:
        leakscope.check(lambda: 1 / 0)
    assert caught.value.report is None


def test_a_target_that_exits_is_named():
    with pytest.raises(TargetRaised, match=r"called sys.exit\(3\) on call 1\."):
        leakscope.check(lambda: sys.exit(3))


def test_an_interrupt_passes_through_and_leaves_nothing_frozen():
    made = []

    def interrupted():
        made.append(None)
        if len(made) == 50:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        leakscope.check(interrupted)


def generator():
    yield 1


async def async_generator():
    yield 1


def needs_arguments(a, b, c=3):
    pass


async def coroutine_function():
    pass


@pytest.mark.parametrize(
    ("fn", "words"),
    [
        (generator, "is a generator function"),
        (async_generator, "is a generator function"),
        (functools.partial(generator), "is a generator function"),
        (needs_arguments, r"needs 2 arguments \(a, b\)"),
        (lambda: coroutine_function(), "returned a coroutine that nobody awaits"),
        (3, "is of type int, not a function"),
        (None, "is of type NoneType, not a function"),
    ],
)
def test_what_cannot_be_checked(fn, words):
    with pytest.raises(TargetNotCallable, match=words):
        leakscope.check(fn)


@pytest.mark.parametrize(
    "arguments",
    [
        {"calls": 0},
        {"calls": -3},
        {"calls": 1.5},
        {"calls": True},
        {"warmup": -1},
        {"windows": 3},
        {"budget_seconds": 0},
        {"budget_seconds": float("nan")},
        {"budget_seconds": "10"},
        {"sites": 1},
        {"ignore": "one"},
        {"ignore": [3]},
    ],
)
def test_settings_that_cannot_be_used(arguments):
    with pytest.raises(leakscope.ArgumentError, match=next(iter(arguments))):
        leakscope.check(nothing, **arguments)


# --- assert_no_growth -------------------------------------------------------------------------------------------------


def test_growth_is_an_assertion_error_with_the_report():
    with pytest.raises(AssertionError) as caught:
        leakscope.assert_no_growth(leak_page)
    assert type(caught.value) is GrowthError
    assert caught.value.report.verdict is Verdict.LEAK
    assert "PAGES" in str(caught.value)


def test_no_growth_gives_the_report():
    assert leakscope.assert_no_growth(nothing).verdict is Verdict.NO_LEAK


def test_some_bytes_can_be_allowed():
    assert leakscope.assert_no_growth(leak_text, max_bytes_per_call=4096).verdict is Verdict.LEAK
    with pytest.raises(GrowthError):
        leakscope.assert_no_growth(leak_text, max_bytes_per_call=1)


def test_cycles_fail_when_asked_to():
    assert leakscope.assert_no_growth(make_cycle).verdict is Verdict.NO_LEAK
    with pytest.raises(GrowthError, match="fail_on_cycles"):
        leakscope.assert_no_growth(make_cycle, fail_on_cycles=True)


def test_inconclusive_warns_fails_or_passes():
    with pytest.warns(UserWarning, match="cannot tell"):
        leakscope.assert_no_growth(nothing, calls=3)
    with pytest.raises(GrowthError):
        leakscope.assert_no_growth(nothing, calls=3, on_inconclusive="fail")
    assert leakscope.assert_no_growth(nothing, calls=3, on_inconclusive="pass").verdict is Verdict.INCONCLUSIVE
    with pytest.raises(leakscope.ArgumentError, match="'warn', 'fail', 'pass'"):
        leakscope.assert_no_growth(nothing, on_inconclusive="maybe")


# --- the report -------------------------------------------------------------------------------------------------------


def test_a_report_survives_its_dictionary_and_its_file(tmp_path):
    report = leakscope.check(leak_page)
    data = report.to_dict()
    assert data["verdict"] == "leak"
    assert data["findings"][0]["holder"] == str(report.findings[0].holder)
    assert leakscope.Report.from_dict(data) == report
    report.save(tmp_path / "r.json")
    assert leakscope.Report.load(tmp_path / "r.json") == report
    assert (tmp_path / "r.json").stat().st_mode & 0o777 == 0o600
    assert str(leakscope.Report.load(tmp_path / "r.json")) == str(report)


def test_text_fits_a_terminal_and_begins_with_the_verdict():
    text = str(leakscope.check(leak_page))
    assert text.startswith("LEAK: ")
    assert len(text.splitlines()) <= 25
    assert max(map(len, text.splitlines())) <= 80


def test_the_windows_and_growths_are_the_evidence():
    report = leakscope.check(leak_page)
    assert len(report.windows) == 4
    leaking = [growth for growth in report.growths if growth.trend is Trend.LEAKS]
    assert {"gc_object_count", "allocated_blocks"} <= {growth.signal for growth in leaking}
    assert report.overhead.sample_count > 16
    report_free_of_leaks = leakscope.check(nothing)
    assert "would have seen 1 block per" in report_free_of_leaks.sensitivity
    report_free_of_leaks.raise_if_leaking()
    with pytest.raises(GrowthError):
        report.raise_if_leaking()


SMALL_CHECKS = """
    import gc, sys, leakscope
    from array import array
    counted = array("q", [0, 0])
    def nothing(): pass
    def run(count):
        for _ in range(count):
            leakscope.check(nothing, calls=20)
    run({unmeasured})
    gc.collect(); gc.collect()
    counted[0] = sys.getallocatedblocks()
    counted[1] = len(gc.get_objects())
    run({count})
    gc.collect()
    grown = sys.getallocatedblocks() - counted[0], len(gc.get_objects()) - counted[1]
    assert max(grown) <= 0, grown
"""


def test_small_checks_leave_nothing():
    # 3.10 makes a function's inline caches when it is called for the 1,024th time.
    unmeasured = 1100 if sys.version_info < (3, 11) else 120
    code = textwrap.dedent(SMALL_CHECKS).format(unmeasured=unmeasured, count=40)
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.soak
def test_a_thousand_small_checks_leave_nothing():
    subprocess.run(
        [sys.executable, "-c", textwrap.dedent(SMALL_CHECKS).format(unmeasured=1100, count=1000)], check=True
    )


# --- hooks ------------------------------------------------------------------------------------------------------------


def test_setup_comes_before_the_first_call_and_teardown_after_the_last():
    events: list[str] = []
    report = leakscope.check(
        lambda: events[-1:] == ["torn down"] and pytest.fail("called after teardown"),
        setup=lambda: events.append("set up"),
        teardown=lambda: events.append("torn down"),
    )
    assert events == ["set up", "torn down"]
    assert report.verdict is Verdict.NO_LEAK


def test_hooks_of_a_coroutine_function_are_awaited_on_its_loop():
    loops = []

    async def remember():
        loops.append(asyncio.get_running_loop())

    async def step():
        if asyncio.get_running_loop() is not loops[0]:
            pytest.fail("another loop")

    leakscope.check(step, calls=50, setup=remember, teardown=remember)
    assert len(loops) == 2
    assert loops[0] is loops[1]


def test_teardown_runs_although_the_target_raised():
    events: list[str] = []

    def broken():
        raise ValueError("no")

    with pytest.raises(TargetRaised):
        leakscope.check(broken, teardown=lambda: events.append("torn down"))
    assert events == ["torn down"]


def test_a_setup_that_raises_is_named():
    def setup():
        raise ValueError("no database")

    with pytest.raises(TargetRaised, match="setup raised ValueError: no database"):
        leakscope.check(lambda: None, setup=setup)


def test_a_setup_that_cannot_be_called_is_refused():
    with pytest.raises(TargetNotCallable, match="setup is of type int"):
        leakscope.check(lambda: None, setup=3)


# --- one object that grows --------------------------------------------------------------------------------------------


class Document:
    text = ""
    version = 1


DOCUMENT = Document()
PARTS = {"body": b""}
LINES: tuple[int, ...] = ()


def longer_text():
    DOCUMENT.text += "0123456789abcdef"


def longer_bytes():
    PARTS["body"] += b"0123456789abcdef"


def longer_number():
    DOCUMENT.version <<= 128


def longer_tuple():
    global LINES
    LINES = (*LINES, 1, 2)


@pytest.mark.parametrize(
    ("fn", "type_name", "holder"),
    [
        (longer_text, "str", "DOCUMENT.text"),
        (longer_bytes, "bytes", "PARTS['body']"),
        (longer_number, "int", "DOCUMENT.version"),
        (longer_tuple, "tuple", "LINES"),
    ],
)
def test_an_object_that_is_replaced_by_a_longer_one_is_named_and_held(fn, type_name, holder):
    finding = retained(leakscope.check(fn, budget_seconds=60))  # copying takes long where other processes run
    assert (finding.type_name, str(finding.holder)) == (type_name, f"test_checking.{holder}")
    assert fn.__name__ in (finding.site or "")


# --- bounds -----------------------------------------------------------------------------------------------------------


class Cache:
    def __init__(self, maxsize):
        self.maxsize = maxsize
        self._entries = {}

    def add(self, key):
        self._entries[key] = Page(key)
        if len(self._entries) > self.maxsize > 0:
            del self._entries[next(iter(self._entries))]


@pytest.mark.parametrize(("maxsize", "verdict"), [(50_000, Verdict.NO_LEAK), (0, Verdict.LEAK)])
def test_a_cache_with_a_limit_among_its_attributes_fills_to_it(maxsize, verdict):
    cache, numbers = Cache(maxsize), itertools.count()
    report = leakscope.check(lambda: cache.add(next(numbers)))
    assert report.verdict is verdict
    assert ("fills to 50,000" in report.reason) is (verdict is Verdict.NO_LEAK)


@pytest.mark.parametrize(("maxsize", "verdict"), [(50_000, Verdict.NO_LEAK), (0, Verdict.LEAK)])
def test_a_queue_fills_to_its_size(maxsize, verdict):
    jobs = queue.Queue(maxsize)
    assert leakscope.check(lambda: jobs.put(Page(1))).verdict is verdict
