"""Pass one of a check: calls the target and samples the counters, and stops when the judge has seen enough.
Touches gc (collections and the permanent generation, restored); keeps nothing but numbers.

The loop is a generator that yields how many calls it wants next, so that the same loop serves plain functions, which
are called between two steps, and coroutine functions, which are awaited there.
"""

from __future__ import annotations

import gc
import math
import time
from array import array
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any

from leakscope.analysis import growth, other_threads
from leakscope.background import ROWS as BACKGROUND_ROWS
from leakscope.background import Watch, observe
from leakscope.model.growth import Background, Series
from leakscope.sensors import gc_state, handles
from leakscope.sensors.sampler import Sampler

Steps = Generator[int, None, Any]
Progress = Callable[[int, float], None]

SAMPLE_EVERY_MOST = 15
#: Later samples may be further apart: each window of a judgement still has 25 of them.
SAMPLES_PER_POINT = 128
#: However few the calls, each window has some samples.
SAMPLES_LEAST = 32
#: What ends a measurement early, because going on would harm the machine: growth since the first sample.
CAPS = {"malloc_bytes": 1 << 30, "private_bytes": 1 << 30, "fd_count": 400, "thread_count": 200, "child_count": 200}
#: Of the descriptors that the process may still open.
FD_SHARE = 0.5
PROGRESS_SECONDS = 0.25
#: Pass two needs the rest of the budget.
PASS_ONE_SHARE = 0.65
#: On top of that, when other threads have to be told from the target.
BACKGROUND_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class Measured:
    """The series of pass one and how it ended: ``stopped_by`` is ``"settled"``, ``"budget"``, ``"calls"`` or a cap."""

    series: Series
    calls: int
    sample_count: int
    target_seconds: float
    total_seconds: float
    stopped_by: str
    was_frozen: bool
    freed_by_unfreezing: int
    background: Background | None = None


@dataclass(slots=True)
class _Run:
    """The state of one measurement: the sampler's arrays and how far they are filled."""

    sampler: Sampler
    calls_at: array[int]
    clock: Callable[[], float]
    started: float
    rows: int = 0
    calls: int = 0
    target_seconds: float = 0.0
    frozen_count: int = 0
    fd_cap: float = math.inf

    def sample(self) -> float:
        """Reads one row; gives the seconds that took."""
        started = self.clock()
        self.sampler.settle()
        self.sampler.read(self.rows)
        self.calls_at[self.rows] = self.calls
        self.rows += 1
        return self.clock() - started

    def seconds(self) -> float:
        return self.clock() - self.started

    def series(self) -> Series:
        rows = self.rows
        return Series(
            calls=self.calls_at[:rows],
            values={name: values[:rows] for name, values in self.sampler.columns.items()},
            seconds=self.seconds(),
            collector_is_enabled=gc.isenabled(),
            replaced_count=max(0, self.frozen_count - gc.get_freeze_count()) if self.frozen_count else 0,
        )


def measure(
    sampler: Sampler,
    *,
    calls: int | None,
    warmup: int,
    budget_seconds: float,
    window_count: int,
    may_freeze: bool,
    keeps_interrupted: bool = False,
    on_progress: Progress | None = None,
    clock: Callable[[], float] = time.perf_counter,
) -> Steps:
    """Yields numbers of calls to make; returns ``Measured``.

    ``calls`` fixes the number of calls; without it the judge decides, up to the budget. An interrupt ends it early
    and keeps what was measured when ``keeps_interrupted`` is set.
    """
    run = _Run(sampler, array("q", bytes(8 * sampler.capacity)), clock, clock())
    run.fd_cap = FD_SHARE * handles.fd_headroom()
    yield warmup
    freezes = may_freeze and gc_state.may_freeze()
    try:
        for _ in range(2):
            run.rows = 0
            run.sample()
        if freezes:
            gc.freeze()
            run.frozen_count = gc.get_freeze_count()
        run.rows = 0
        run.sample()
        try:
            stopped_by = yield from _sample_windows(run, calls, budget_seconds, window_count, on_progress)
        except KeyboardInterrupt:
            if not keeps_interrupted:
                raise
            stopped_by = "interrupted"
        series = run.series()
        background = None
        if stopped_by != "interrupted" and _may_be_disturbed(run, series, window_count):
            deadline = run.started + budget_seconds * (1 + BACKGROUND_SHARE)
            watch = Watch(sampler, run.rows + 1, deadline, clock)
            background = yield from observe(watch, run.calls, run.target_seconds / max(1, run.calls))
    finally:
        if freezes:
            gc.unfreeze()
    freed = _freed_by_unfreezing(run) if freezes else 0
    return Measured(
        series, run.calls, run.rows, run.target_seconds, run.seconds(), stopped_by, freezes, freed, background
    )


def _may_be_disturbed(run: _Run, series: Series, window_count: int) -> bool:
    """Other threads are alive, and the exact counters moved: somebody's doing."""
    if run.sampler.columns["thread_count"][run.rows - 1] <= 1:
        return False
    return not other_threads.is_still(growth.judge(series, run.calls, window_count=window_count))


def _sample_windows(
    run: _Run, calls: int | None, budget_seconds: float, window_count: int, on_progress: Progress | None
) -> Generator[int, None, str]:
    """Calls and samples until something ends it; returns what."""
    points = growth.evaluation_points()
    limit = calls or growth.CALL_LIMIT
    least_batch = math.ceil(limit / growth.CALL_LIMIT)
    batch = least_batch
    told = -PROGRESS_SECONDS
    while True:
        point = next((point for point in points if point > run.calls), limit)
        before = run.clock()
        wanted = max(1, min(batch, point - run.calls, limit - run.calls))
        yield wanted
        spent = run.clock() - before
        run.calls += wanted
        run.target_seconds += spent
        sample_seconds = run.sample()
        most = min(max(SAMPLE_EVERY_MOST, run.calls // SAMPLES_PER_POINT), limit // SAMPLES_LEAST)
        batch = max(least_batch, min(_batch_size(sample_seconds, spent / wanted), most))
        seconds = run.seconds()
        if run.calls >= limit:
            return "calls"
        if seconds >= budget_seconds:
            return "budget"
        cap = _cap_reached(run)
        if cap:
            return cap
        if on_progress is not None and seconds >= told + PROGRESS_SECONDS:
            told = seconds
            on_progress(run.calls, seconds)
        if run.calls == point and calls is None and growth.is_answerable(run.calls, seconds):
            judgement = growth.judge(run.series(), run.calls, window_count=window_count)
            if growth.is_settled(judgement):
                return "settled"
            del judgement


def _batch_size(sample_seconds: float, call_seconds: float) -> int:
    """Calls per sample, so that sampling costs at most about half as much as calling."""
    return max(1, math.ceil(2 * sample_seconds / max(call_seconds, 1e-9)))


def _cap_reached(run: _Run) -> str:
    last = run.rows - 1
    for name, most in CAPS.items():
        values = run.sampler.columns.get(name)
        if values is not None and values[last] - values[0] >= (min(most, run.fd_cap) if name == "fd_count" else most):
            return name
    return ""


def _freed_by_unfreezing(run: _Run) -> int:
    """Blocks that a full collection frees once the old heap is collectable again: cycles of old objects that died
    during the measurement. They were not growth."""
    blocks = run.sampler.columns["allocated_blocks"]
    counted = blocks[run.rows - 1]
    run.sampler.settle()
    run.sampler.read(run.rows)
    return max(0, counted - blocks[run.rows])


def capacity_for(calls: int | None) -> int:
    """Rows that a sampler needs for this many calls: one per call up to the judge's limit, one per evaluation point,
    the ones before and after, and those of watching other threads."""
    return min(calls or growth.CALL_LIMIT, growth.CALL_LIMIT) + len(growth.evaluation_points()) + 4 + BACKGROUND_ROWS
