"""Pass two of a check, only after growth was found: a few more calls under tracemalloc, the exact new objects, the
containers that grew, and what is cyclic garbage. Touches gc and tracemalloc, restored; what leaves is ``Evidence``.
"""

from __future__ import annotations

import gc
import math
import time
from collections.abc import Generator
from contextlib import nullcontext
from dataclasses import replace

from leakscope.analysis.native_growth import native_growth, python_sites
from leakscope.causes import CauseFinder, Effort, Window
from leakscope.garbage_cycles import cycles_of_calls
from leakscope.heap.containers import (
    ContainerLengths,
)
from leakscope.heap.new_objects import BirthRecorder, FrozenWindow, why_not_recordable
from leakscope.heap.sites import FRAME_COUNT, SiteNames, TraceTotals
from leakscope.model.evidence import Evidence
from leakscope.model.growth import Judgement, Trend
from leakscope.native_sites import find_native_sites
from leakscope.sensors import handles, thread_names, tracing

#: How many grown things a window should show, so that one that grows by chance does not look like a cause.
WANTED_GROWTH = 24
WINDOW_CALLS_MOST = 4_000
WINDOW_CALLS_LEAST = 2
BYTES_ONLY_CALLS = 400
#: What must appear to be a cause at all, as a share of what the slowest moving count promises.
LEAST_SHARE = 0.25
CYCLE_CALLS = 16
#: Looking for native growth gets this much even when the budget is used up.
LEAST_NATIVE_SECONDS = 0.5
_COUNTED = ("gc_object_count", "allocated_blocks", "fd_count", "thread_count", "child_count", "task_count")


def explain(judgement: Judgement, effort: Effort, *, with_cycles: bool) -> Generator[int, None, Evidence]:
    """Yields numbers of calls to make; returns what they left behind and why it is alive."""
    evidence = Evidence(calls=0)
    started = time.perf_counter()
    if judgement.trend is not Trend.FLAT:
        if _affordable(effort.seconds, effort.call_seconds) < WINDOW_CALLS_LEAST:
            return Evidence(calls=0, notes=("not explained: too few calls fit in the rest of the budget",))
        evidence = yield from _window(wanted_calls(judgement), _slowest_rate(judgement), effort)
        evidence = yield from _with_native_sites(judgement, evidence, effort, started)
    if with_cycles:
        calls = max(1, min(CYCLE_CALLS, _affordable(effort.seconds, effort.call_seconds)))
        groups = yield from cycles_of_calls(calls)
        evidence = replace(evidence, cycles=groups, cycle_calls=calls)
    return evidence


def _with_native_sites(
    judgement: Judgement, evidence: Evidence, effort: Effort, started: float
) -> Generator[int, None, Evidence]:
    """The evidence with the functions below which native memory grows, when some does."""
    growth = native_growth(judgement, evidence) if effort.sites else None
    if growth is None:
        return evidence
    seconds = max(LEAST_NATIVE_SECONDS, effort.seconds - (time.perf_counter() - started))
    found = yield from find_native_sites(growth, python_sites(judgement, evidence), evidence.calls, seconds)
    return replace(evidence, native=found.sites, notes=(*evidence.notes, *found.notes))


def wanted_calls(judgement: Judgement) -> int:
    """Enough calls for the slowest moving count to grow by ``WANTED_GROWTH``; bytes tell nothing about how often."""
    rate = _slowest_rate(judgement)
    return BYTES_ONLY_CALLS if rate is None else min(math.ceil(WANTED_GROWTH / min(1.0, rate)), WINDOW_CALLS_MOST)


def _slowest_rate(judgement: Judgement) -> float | None:
    """The least rate per call among the counts that move; None when only bytes do."""
    rates = [
        growth.per_call
        for growth in judgement.growths
        if growth.trend is not Trend.FLAT and growth.signal in _COUNTED and growth.per_call > 0
    ]
    return min(rates, default=None)


def _affordable(seconds: float, call_seconds: float) -> int:
    """Calls that fit in a third of the time left."""
    return int(seconds / 3 / max(call_seconds, 1e-7))


# --- the traced window ------------------------------------------------------------------------------------------------


def _window(calls: int, rate: float | None, effort: Effort) -> Generator[int, None, Evidence]:
    """Container lengths first, untraced because tracing makes that walk slow; then the calls, traced when asked to."""
    gc.collect()
    lengths = ContainerLengths()
    with tracing.tracing(FRAME_COUNT) if effort.sites else nullcontext():
        started = time.perf_counter()
        yield 1
        affordable = _affordable(effort.seconds, time.perf_counter() - started)
        calls = max(WINDOW_CALLS_LEAST, min(calls, affordable))
        warm_up = min(calls // 4, 16)
        yield warm_up
        least = max(2, math.ceil(LEAST_SHARE * calls * min(1.0, rate or 0.0)))
        return (yield from _watched(Window(calls, warm_up + 1, least, effort, lengths)))


def _watched(window: Window) -> Generator[int, None, Evidence]:
    """The calls between two full collections, and what they left behind."""
    recorder = FrozenWindow() if why_not_recordable() else BirthRecorder()
    traced = tracing.is_tracing()
    totals = TraceTotals() if traced else None
    fds, threads = handles.open_fds(), thread_names.names_by_ident()
    gc.collect()
    recorder.open()
    try:
        yield window.calls
        gc.collect()
        new = recorder.live()
    finally:
        recorder.close()
    after = TraceTotals() if traced else None
    names = SiteNames() if traced else None
    finder = CauseFinder(new, window, names)
    own = (recorder, getattr(recorder, "ids", None), new, fds, threads, totals, after)
    try:
        causes = finder.causes(window.lengths.own_ids() | frozenset(map(id, own)))
        notes = tuple(finder.notes)
    finally:
        finder.close()
        new.clear()
    return Evidence(
        calls=window.calls,
        causes=causes,
        sites=after.grown(totals, names, window.least_growth) if after and totals and names else (),
        large_bytes=after.large_bytes - totals.large_bytes if after and totals else None,
        fd_targets=tuple(handles.describe_fds(fds)),
        thread_names=_new_thread_names(threads),
        notes=notes,
    )


def _new_thread_names(before: dict[int, str]) -> tuple[str, ...]:
    now = thread_names.names_by_ident()
    return tuple(thread_names.without_number(name) for ident, name in now.items() if ident not in before)
