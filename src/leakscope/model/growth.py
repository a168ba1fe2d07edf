"""Numbers over calls: the series that a check measures, and what a judge makes of each signal. Data only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum


class Trend(str, Enum):
    """What one signal did over the windows."""

    LEAKS = "leaks"
    SUSPECT = "suspect"
    FLAT = "flat"


@dataclass(frozen=True, slots=True)
class Series:
    """Samples in call order: ``calls[i]`` calls had been made when sample ``i`` was read.

    ``values`` maps a signal to its samples; ``collector_ran`` tells whether automatic collection was on at the end.
    ``replaced_count`` are gc objects that were alive before the first sample and are gone now: growth of the gc
    objects made since is a replacement, not growth, as far as it is covered by them.
    """

    calls: Sequence[int]
    values: Mapping[str, Sequence[int]]
    seconds: float
    collector_is_enabled: bool = True
    replaced_count: int = 0


@dataclass(frozen=True, slots=True)
class Background:
    """What other threads do to the signals. ``swings`` is how far each moved while the target was not called. Where
    one did, rounds followed of calls and of equally long waiting: ``with_calls[signal][i]`` and ``without[signal][i]``
    are the growths of round ``i``."""

    swings: Mapping[str, int]
    with_calls: Mapping[str, Sequence[int]]
    without: Mapping[str, Sequence[int]]


@dataclass(frozen=True, slots=True)
class Window:
    """A run of consecutive calls and the least value each signal had in it."""

    first_call: int
    last_call: int
    minima: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class SignalGrowth:
    """One signal over the windows: the rises from one window's minimum to the next, the rate per call, the floor
    under which this signal says nothing, and why the trend is what it is. ``needs_calls`` is a suspect that rises like
    a leak in every respect but the number of calls."""

    signal: str
    growths: tuple[int, ...]
    per_call: float
    floor_per_call: float
    trend: Trend
    reason: str
    needs_calls: bool = False


@dataclass(frozen=True, slots=True)
class Judgement:
    """All signals judged at one number of calls. ``trend`` is the worst of them."""

    calls: int
    trend: Trend
    growths: tuple[SignalGrowth, ...]
    windows: tuple[Window, ...]

    def of(self, signal: str) -> SignalGrowth | None:
        """The growth of one signal, or ``None`` when it was not measured."""
        for growth in self.growths:
            if growth.signal == signal:
                return growth
        return None

    def leaking(self) -> tuple[SignalGrowth, ...]:
        """The signals whose trend is ``LEAKS``."""
        return tuple(growth for growth in self.growths if growth.trend is Trend.LEAKS)
