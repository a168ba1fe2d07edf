"""Pass two of a check, only after growth was found: a few more calls under tracemalloc, the exact new objects, the
containers that grew, and what is cyclic garbage. Touches gc and tracemalloc, restored; what leaves is ``Evidence``.
"""

from __future__ import annotations

import gc
import math
from collections.abc import Generator
from contextlib import nullcontext
from dataclasses import replace

from leakscope.analysis import growth
from leakscope.analysis.native_growth import NativeGrowth, native_growth, python_sites
from leakscope.causes import CauseFinder, Effort, Window
from leakscope.garbage_cycles import cycles_of_calls
from leakscope.grown_object import find_grown_object
from leakscope.heap import untracked
from leakscope.heap.containers import ContainerLengths, LengthReader
from leakscope.heap.new_objects import BirthRecorder, FrozenWindow, why_not_recordable
from leakscope.heap.sites import FRAME_COUNT, SiteNames, TraceTotals, is_traced
from leakscope.model.evidence import Cause, Evidence
from leakscope.model.growth import Judgement, Trend
from leakscope.native_sites import find_native_sites
from leakscope.sensors import gc_state, handles, thread_names, tracing

#: How many grown things a window should show, so that one that grows by chance does not look like a cause.
WANTED_GROWTH = 24
#: Calls that are made when there is time and memory for them: a saw-tooth shows by falling.
WINDOW_CALLS_WANTED = 256
WINDOW_BYTES_MOST = 64 << 20
WINDOW_BLOCKS_MOST = 20_000
WINDOW_CALLS_MOST = 4_000
WINDOW_CALLS_LEAST = 2
BYTES_ONLY_CALLS = 400
#: What must appear to be a cause at all, as a share of what the slowest moving count promises.
LEAST_SHARE = 0.25
CYCLE_CALLS = 16
#: How many walks over the heap pass two takes, at the cost of the first, untraced one.
WALKS = 6
#: The window's calls are made in batches, to see when a third of the time left is used.
BATCHES = 8
_COUNTED = ("gc_object_count", "allocated_blocks", "fd_count", "thread_count", "child_count", "task_count")


def explain(judgement: Judgement, effort: Effort, *, with_cycles: bool) -> Generator[int, None, Evidence]:
    """Yields numbers of calls to make; returns what they left behind and why it is alive."""
    evidence = Evidence(calls=0)
    if judgement.trend is not Trend.FLAT:
        if _affordable(effort, effort.call_seconds) < WINDOW_CALLS_LEAST:
            return Evidence(calls=0, notes=("not explained: too few calls fit in the rest of the budget",))
        evidence = yield from _window(judgement, effort)
        evidence = yield from _with_native_sites(judgement, evidence, effort)
    if with_cycles:
        calls = max(1, min(CYCLE_CALLS, _affordable(effort, effort.call_seconds)))
        with tracing.tracing(FRAME_COUNT) if effort.sites else nullcontext():
            groups = yield from cycles_of_calls(calls)
        evidence = replace(evidence, cycles=groups, cycle_calls=calls)
    return evidence


def _with_native_sites(judgement: Judgement, evidence: Evidence, effort: Effort) -> Generator[int, None, Evidence]:
    """The evidence with the functions below which native memory grows, when some does."""
    native = native_growth(judgement, evidence) if effort.sites else None
    if native is None:
        return evidence
    python = python_sites(judgement, evidence)
    found = yield from find_native_sites(native, python, evidence.calls, effort.seconds_left())
    return replace(evidence, native=found.sites, notes=(*evidence.notes, *found.notes))


def wanted_calls(judgement: Judgement) -> int:
    """Enough calls for the slowest moving count to grow by ``WANTED_GROWTH``, and to see a saw-tooth fall unless that
    would use up memory or handles; bytes tell nothing about how often."""
    rate = _slowest_rate(judgement)
    if rate is None:
        return BYTES_ONLY_CALLS
    needed = min(math.ceil(WANTED_GROWTH / min(1.0, rate)), WINDOW_CALLS_MOST)
    moving = [entry for entry in judgement.growths if entry.trend is not Trend.FLAT]
    if any(entry.signal not in growth.MEMORY for entry in moving):
        return needed
    bytes_per_call = max((entry.per_call for entry in moving if entry.signal.endswith("_bytes")), default=0.0)
    blocks_per_call = max((entry.per_call for entry in moving if not entry.signal.endswith("_bytes")), default=0.0)
    affordable = min(WINDOW_BYTES_MOST / max(1.0, bytes_per_call), WINDOW_BLOCKS_MOST / max(1.0, blocks_per_call))
    return max(needed, min(WINDOW_CALLS_WANTED, int(affordable)))


def _slowest_rate(judgement: Judgement) -> float | None:
    """The least rate per call among the counts that move; None when only bytes do."""
    rates = [
        entry.per_call
        for entry in judgement.growths
        if entry.trend is not Trend.FLAT and entry.signal in _COUNTED and entry.per_call > 0
    ]
    return min(rates, default=None)


def _affordable(effort: Effort, call_seconds: float) -> int:
    """Calls that fit in a third of the time left."""
    return int(effort.seconds_left() / 3 / max(call_seconds, 1e-7))


# --- the traced window ------------------------------------------------------------------------------------------------


def _window(judgement: Judgement, effort: Effort) -> Generator[int, None, Evidence]:
    """Container lengths first, untraced because tracing makes that walk slow; then the calls, traced when asked to."""
    started = effort.clock()
    gc.collect()
    lengths = ContainerLengths()
    if effort.seconds_left() < WALKS * (effort.clock() - started):
        return Evidence(
            calls=0, notes=("not explained: walking the heap takes longer than what is left of the budget",)
        )
    with tracing.tracing(FRAME_COUNT) if effort.sites else nullcontext():
        started = effort.clock()
        yield 1
        affordable = _affordable(effort, effort.clock() - started)
        calls = max(WINDOW_CALLS_LEAST, min(wanted_calls(judgement), affordable))
        warm_up = min(calls // 4, 16)
        yield warm_up
        tracing.forget()
        window = Window(calls, warm_up + 1, 0, effort, lengths)
        finder, evidence = yield from _watched(window, _slowest_rate(judgement))
    try:
        causes = finder.causes()
        if effort.sites:
            causes = yield from _with_line_of_buffer(causes, finder.only_buffer(), evidence.calls, effort)
        evidence = replace(evidence, causes=causes, notes=tuple(finder.notes))
    finally:
        finder.close()
    if evidence.causes:
        return evidence
    return replace(evidence, causes=find_grown_object(judgement, evidence.sites, effort, evidence.calls))


def _with_line_of_buffer(
    causes: tuple[Cause, ...], buffer: object | None, calls: int, effort: Effort
) -> Generator[int, None, tuple[Cause, ...]]:
    """The causes, a buffer's with the line that makes it longer: it allocates too rarely to be traced, but its length
    can be read at every line."""
    position = next((index for index, cause in enumerate(causes) if cause.is_buffer and cause.site is None), None)
    if buffer is None or position is None:
        return causes
    cause = causes[position]
    rate = NativeGrowth("length", max(1.0, cause.growth / calls))
    found = yield from find_native_sites(rate, (), calls, effort.seconds_left(), LengthReader(buffer))
    site = found.sites[0].site if found.sites else None
    return (*causes[:position], replace(cause, site=site), *causes[position + 1 :])


def _calls_in_time(calls: int, effort: Effort, lengths: ContainerLengths) -> Generator[int, None, int]:
    """Makes so many calls, or as many as fit in a third of the time left; gives how many it made. Notes how long the
    containers are on the way."""
    until = effort.clock() + effort.seconds_left() / 3
    batch = max(WINDOW_CALLS_LEAST, calls // BATCHES)
    made = 0
    while made < calls and (made < WINDOW_CALLS_LEAST or effort.clock() < until):
        batch = min(batch, calls - made)
        yield batch
        made += batch
        lengths.note()
    return made


def _watched(window: Window, rate: float | None) -> Generator[int, None, tuple[CauseFinder, Evidence]]:
    """The calls between two full collections, and what they left behind: the objects in the finder."""
    recorder = FrozenWindow() if gc_state.may_freeze() or why_not_recordable() else BirthRecorder()
    traced = tracing.is_tracing()
    totals = TraceTotals() if traced else None
    fds, threads, hidden = handles.open_fds(), thread_names.names_by_ident(), untracked.hidden_table_lengths()
    gc.collect()
    recorder.open()
    frozen_count = gc.get_freeze_count()
    try:
        calls = yield from _calls_in_time(window.calls, window.effort, window.lengths)
        gc.collect()
        new = recorder.live()
        if traced and gc.get_freeze_count() > frozen_count:
            new = _traced_and_frozen()
    finally:
        recorder.close()
    least = max(2, math.ceil(LEAST_SHARE * calls * min(1.0, rate or 0.0)))
    tables = tuple(name for name, count in untracked.hidden_table_lengths().items() if count - hidden[name] >= least)
    window = replace(window, calls=calls, least_growth=least, hidden_tables=tables)
    after = TraceTotals() if traced else None
    finder = CauseFinder(new, window, is_traced=traced)
    own = (recorder, getattr(recorder, "ids", None), new, fds, threads, totals, after)
    finder.look(frozenset(map(id, own)))
    new.clear()
    return finder, Evidence(
        calls=window.calls,
        sites=after.grown(totals, SiteNames(), window.least_growth) if after and totals else (),
        large_bytes=after.large_bytes - totals.large_bytes if after and totals else None,
        fd_targets=tuple(handles.describe_fds(fds)),
        thread_names=_new_thread_names(threads),
    )


def _traced_and_frozen() -> list[object]:
    """What is new where the calls themselves freeze the heap (``gc.freeze``): it is out of the collector's sight, so it
    is thawed for a look. Everything is frozen again, as the next call would."""
    gc.unfreeze()
    new = [obj for obj in gc.get_objects() if is_traced(obj)]
    gc.freeze()
    return new


def _new_thread_names(before: dict[int, str]) -> tuple[str, ...]:
    now = thread_names.names_by_ident()
    return tuple(thread_names.without_number(name) for ident, name in now.items() if ident not in before)
