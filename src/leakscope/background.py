"""Watches what other threads do to the counters: samples while the target is not called and, when something moves,
rounds of calls and of equally long waiting. Touches the sampler; keeps nothing but numbers in arrays made beforehand.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass

from leakscope.analysis import growth, other_threads
from leakscope.model.growth import Background
from leakscope.sensors.sampler import Sampler

#: Waiting without a call: a thread that works every few hundredths of a second shows in this time.
QUIET_SAMPLES = 9
QUIET_SECONDS = 0.2
#: Rounds of calls and of waiting; each ends with samples whose least counts, so that temporaries do not.
ROUNDS = 8
ROUND_SECONDS = 0.05
SAMPLES_PER_END = 4
SAMPLE_PAUSE_SECONDS = 0.002
#: A round makes this share of the calls so far at most: the leak shall not grow much for the proof.
CALLS_SHARE = 1 / 16

ROWS = QUIET_SAMPLES + (2 * ROUNDS + 1) * SAMPLES_PER_END


@dataclass(slots=True)
class Watch:
    """The sampler's rows from ``first_row`` on, the clock to wait by, and when to stop at the latest."""

    sampler: Sampler
    first_row: int
    deadline: float
    clock: Callable[[], float]
    sleep: Callable[[float], None] = time.sleep
    rows: int = 0

    def sample(self, count: int, pause_seconds: float) -> None:
        for _ in range(count):
            self.sleep(pause_seconds)
            self.sampler.settle()
            self.sampler.read(self.first_row + self.rows)
            self.rows += 1

    def values(self, name: str, first: int, count: int) -> list[int]:
        start = self.first_row + first
        return list(self.sampler.columns[name][start : start + count])


def observe(watch: Watch, calls: int, call_seconds: float) -> Generator[int, None, Background]:
    """Yields numbers of calls to make; returns what moved without any."""
    watch.sample(QUIET_SAMPLES, QUIET_SECONDS / QUIET_SAMPLES)
    swings = {rule.signal: _swing(watch, rule.signal) for rule in growth.GROWTH_RULES if _is_read(watch, rule)}
    quiet = Background(swings, {}, {})
    if not other_threads.moving(quiet):
        return quiet
    wanted = max(1, min(math.ceil(ROUND_SECONDS / max(call_seconds, 1e-7)), int(calls * CALLS_SHARE)))
    rounds = yield from _rounds(watch, wanted)
    with_calls = {name: _rises(watch, name, range(0, 2 * rounds, 2)) for name in swings}
    without = {name: _rises(watch, name, range(1, 2 * rounds, 2)) for name in swings}
    return Background(swings, with_calls, without)


def _is_read(watch: Watch, rule: growth.SignalRule) -> bool:
    return rule.signal in watch.sampler.columns and not rule.needs_collector_off


def _swing(watch: Watch, name: str) -> int:
    """The first sample is left out: it still sees the end of the calls."""
    values = watch.values(name, 1, QUIET_SAMPLES - 1)
    return max(values) - min(values)


def _rounds(watch: Watch, wanted: int) -> Generator[int, None, int]:
    """Calls, then as long a wait; returns how many rounds there was time for."""
    watch.sample(SAMPLES_PER_END, SAMPLE_PAUSE_SECONDS)
    started = watch.clock()
    for done in range(ROUNDS):
        before = watch.clock()
        if before + (before - started) / max(1, done) > watch.deadline:  # the next one would take as long as the others
            return done
        yield wanted
        spent = watch.clock() - before
        watch.sample(SAMPLES_PER_END, SAMPLE_PAUSE_SECONDS)
        watch.sleep(spent)
        watch.sample(SAMPLES_PER_END, SAMPLE_PAUSE_SECONDS)
    return ROUNDS


def _rises(watch: Watch, name: str, ends: range) -> tuple[int, ...]:
    """The growth from each of these ends to the next one."""
    return tuple(_least(watch, name, end + 1) - _least(watch, name, end) for end in ends)


def _least(watch: Watch, name: str, end: int) -> int:
    return min(watch.values(name, QUIET_SAMPLES + end * SAMPLES_PER_END, SAMPLES_PER_END))
