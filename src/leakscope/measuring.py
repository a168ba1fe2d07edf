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
from typing import Any, NamedTuple, Protocol

from leakscope.analysis import growth, other_threads
from leakscope.background import ROWS as BACKGROUND_ROWS
from leakscope.background import Watch, observe
from leakscope.errors import TargetRaised
from leakscope.model.growth import Background, Series
from leakscope.sensors import gc_state, handles
from leakscope.sensors.sampler import Sampler

Steps = Generator[int, None, Any]

SAMPLE_EVERY_MOST = 15
#: Later samples may be further apart: each window of a judgement still has 12 of them.
SAMPLES_PER_POINT = 64
#: Successive multiples of it, modulo 1, are spread more evenly than those of any other number.
GOLDEN_RATIO = (math.sqrt(5) - 1) / 2
LEAST_UNEVEN = 4
#: However few the calls, each window has some samples.
SAMPLES_PER_WINDOW = 8
#: What ends a measurement early, because going on would harm the machine: growth since the first sample.
CAPS = {"malloc_bytes": 1 << 30, "private_bytes": 1 << 30, "fd_count": 400, "thread_count": 200, "child_count": 200}
#: Of the descriptors that the process may still open.
FD_SHARE = 0.5
#: Pass two needs the rest of the budget.
PASS_ONE_SHARE = 0.65
#: On top of that, when other threads have to be told from the target.
BACKGROUND_SHARE = 0.1
#: Of pass one: where other threads are alive, telling them from the target needs the rest.
NEIGHBOURS_SHARE = 0.6


class Observer(Protocol):
    """Follows a measurement while it goes on, from between two samples; what it allocates is gone when it returns."""

    def begins(self, sampler: Sampler) -> None:
        """Before the first call."""

    def sampled(self, row: int, state: State) -> None:
        """The sampler's columns are filled up to ``row``."""


class State(NamedTuple):
    """How far a measurement is: what ``Series`` and ``Measured`` have beside the samples."""

    calls: int
    seconds: float
    target_seconds: float
    collector_is_enabled: bool
    replaced_count: int


@dataclass(frozen=True, slots=True)
class Measured:
    """The series of pass one and how it ended: ``stopped_by`` is ``"settled"``, ``"budget"``, ``"calls"``, a cap,
    ``"interrupted"`` or ``"raised"``; ``failure`` is the error for a target that raised."""

    series: Series
    calls: int
    sample_count: int
    target_seconds: float
    total_seconds: float
    stopped_by: str
    was_frozen: bool
    freed_by_unfreezing: int
    failure: TargetRaised | None = None
    background: Background | None = None


@dataclass(slots=True)
class _Run:
    """The state of one measurement: the sampler's arrays and how far they are filled."""

    sampler: Sampler
    calls_at: array[int]
    clock: Callable[[], float]
    started: float
    observer: Observer | None = None
    rows: int = 0
    calls: int = 0
    target_seconds: float = 0.0
    frozen_count: int = 0
    replaced_count: int = 0
    fd_cap: float = math.inf

    def sample(self) -> float:
        """Reads one row; gives the seconds that took."""
        started = self.clock()
        self.sampler.settle()
        self.sampler.read(self.rows)
        self.calls_at[self.rows] = self.calls
        if self.observer is not None:
            self.observer.sampled(self.rows, self.state())
        self.rows += 1
        return self.clock() - started

    def has_neighbours(self) -> bool:
        """Other threads are alive."""
        return self.sampler.columns["thread_count"][self.rows - 1] > 1

    def new_object_count(self) -> int:
        objects = self.sampler.columns["gc_object_count"]
        return objects[self.rows - 1] - objects[0]

    def seconds(self) -> float:
        return self.clock() - self.started

    def state(self) -> State:
        return State(self.calls, self.seconds(), self.target_seconds, gc.isenabled(), self.replaced_count)

    def count_replaced(self) -> None:
        """Walks the permanent generation: not for every sample."""
        self.replaced_count = max(0, self.frozen_count - gc.get_freeze_count()) if self.frozen_count else 0

    def series(self) -> Series:
        rows = self.rows
        self.count_replaced()
        return Series(
            calls=self.calls_at[:rows],
            values={name: values[:rows] for name, values in self.sampler.columns.items()},
            seconds=self.seconds(),
            collector_is_enabled=gc.isenabled(),
            replaced_count=self.replaced_count,
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
    observer: Observer | None = None,
    clock: Callable[[], float] = time.perf_counter,
) -> Steps:
    """Yields numbers of calls to make; returns ``Measured``.

    ``calls`` fixes the number of calls; without it the judge decides, up to the budget. An interrupt (when
    ``keeps_interrupted`` is set) and a target that raises end it early and keep what was measured.
    """
    run = _Run(sampler, array("q", bytes(8 * sampler.capacity)), clock, clock(), observer)
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
        failure: TargetRaised | None = None
        background: Background | None = None
        try:
            stopped_by = yield from _sample_windows(run, calls, budget_seconds, window_count)
            background = yield from _background(run, budget_seconds, window_count)
        except KeyboardInterrupt:
            if not keeps_interrupted:
                raise
            stopped_by = "interrupted"
        except TargetRaised as error:
            stopped_by, failure = "raised", error
        series = run.series()
    finally:
        if freezes:
            gc.unfreeze()
    freed = _freed_by_unfreezing(run) if freezes and failure is None else 0
    return Measured(
        series, run.calls, run.rows, run.target_seconds, run.seconds(), stopped_by, freezes, freed, failure, background
    )


def _background(run: _Run, budget_seconds: float, window_count: int) -> Generator[int, None, Background | None]:
    """What other threads do, where some are alive and the exact counters moved: it may have been them."""
    if not run.has_neighbours():
        return None
    if other_threads.is_still(growth.judge(run.series(), run.calls, window_count=window_count)):
        return None
    deadline = run.started + budget_seconds * (1 + BACKGROUND_SHARE)
    watch = Watch(run.sampler, run.rows + 1, deadline, run.clock)
    return (yield from observe(watch, run.calls, run.target_seconds / max(1, run.calls)))


def _sample_windows(
    run: _Run, calls: int | None, budget_seconds: float, window_count: int
) -> Generator[int, None, str]:
    """Calls and samples until something ends it; returns what."""
    points = growth.evaluation_points()
    limit = calls or growth.CALL_LIMIT
    least_batch = math.ceil(limit / growth.CALL_LIMIT)
    batch = least_batch
    while True:
        point = next((point for point in points if point > run.calls), limit)
        before = run.clock()
        wanted = max(1, min(_uneven(batch, run.rows), point - run.calls, limit - run.calls))
        yield wanted
        spent = run.clock() - before
        run.calls += wanted
        run.target_seconds += spent
        sample_seconds = run.sample()
        most = min(max(SAMPLE_EVERY_MOST, run.calls // SAMPLES_PER_POINT), limit // (SAMPLES_PER_WINDOW * window_count))
        batch = max(least_batch, min(_batch_size(sample_seconds, spent / wanted), most))
        seconds = run.seconds()
        if run.calls >= limit:
            return "calls"
        if seconds >= budget_seconds * (NEIGHBOURS_SHARE if run.has_neighbours() else 1.0):
            return "budget"
        cap = _cap_reached(run)
        if cap:
            return cap
        if run.calls == point:
            run.count_replaced()
        if run.calls == point and calls is None and growth.is_answerable(run.calls, seconds, run.new_object_count()):
            judgement = growth.judge(run.series(), run.calls, window_count=window_count)
            if growth.is_settled(judgement):
                return "settled"
            del judgement


def _batch_size(sample_seconds: float, call_seconds: float) -> int:
    """Calls per sample, so that sampling costs at most about half as much as calling."""
    return max(1, math.ceil(2 * sample_seconds / max(call_seconds, 1e-9)))


def _uneven(batch: int, row: int) -> int:
    """Between half and one and a half of ``batch``, evenly spread over the rows: a saw-tooth whose period divides the
    batch would always be met at the same height."""
    return batch if batch < LEAST_UNEVEN else max(1, int(batch * (0.5 + row * GOLDEN_RATIO % 1.0)))


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
