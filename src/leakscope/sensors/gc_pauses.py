"""Collections as they happen: how many, what they freed, how long they stopped the program. Touches gc.callbacks."""

from __future__ import annotations

import gc
from array import array
from collections.abc import Callable
from time import perf_counter
from typing import Any

from leakscope.model.delta import Pauses

_GENERATIONS = len(gc.get_stats())
_COLLECTED, _UNCOLLECTABLE, _WIDTH = _GENERATIONS, _GENERATIONS + 1, _GENERATIONS + 2
_STARTED, _TOTAL, _LONGEST, _TIMES = range(4)


class PauseRecorder:
    """A ``gc.callbacks`` entry that adds up into arrays made beforehand, and copies the sums aside at marked points."""

    __slots__ = ("_clock", "_counts", "_marked_counts", "_marked_seconds", "_seconds")

    def __init__(self, mark_count: int, clock: Callable[[], float] = perf_counter) -> None:
        self._clock = clock
        self._counts = array("q", bytes(8 * _WIDTH))
        self._seconds = array("d", bytes(8 * _TIMES))
        self._marked_counts = array("q", bytes(8 * _WIDTH * mark_count))
        self._marked_seconds = array("d", bytes(8 * _TIMES * mark_count))

    def __call__(self, phase: str, info: dict[str, Any]) -> None:
        seconds = self._seconds
        if phase == "start":
            seconds[_STARTED] = self._clock()
            return
        pause = self._clock() - seconds[_STARTED]
        seconds[_TOTAL] += pause
        if pause > seconds[_LONGEST]:
            seconds[_LONGEST] = pause
        self._counts[info["generation"]] += 1
        self._counts[_COLLECTED] += info["collected"]
        self._counts[_UNCOLLECTABLE] += info["uncollectable"]

    def open(self) -> None:
        """Starts counting."""
        gc.callbacks.append(self)

    def close(self) -> None:
        """Stops counting; safe to repeat."""
        for index, candidate in enumerate(gc.callbacks):
            if candidate is self:
                del gc.callbacks[index]
                return

    def mark(self, index: int) -> None:
        """Copies the sums so far aside as mark ``index``; the longest pause is counted anew from here."""
        self._marked_counts[index * _WIDTH : (index + 1) * _WIDTH] = self._counts
        self._marked_seconds[index * _TIMES : (index + 1) * _TIMES] = self._seconds
        self._seconds[_LONGEST] = 0.0

    def between(self, first: int, last: int) -> Pauses:
        """What was counted from one mark to the next one."""
        before = self._marked_counts[first * _WIDTH : (first + 1) * _WIDTH]
        after = self._marked_counts[last * _WIDTH : (last + 1) * _WIDTH]
        counted = [end - start for start, end in zip(before, after, strict=True)]
        seconds = self._marked_seconds
        return Pauses(
            collections=tuple(counted[:_GENERATIONS]),
            collected_count=counted[_COLLECTED],
            uncollectable_count=counted[_UNCOLLECTABLE],
            total_seconds=seconds[last * _TIMES + _TOTAL] - seconds[first * _TIMES + _TOTAL],
            longest_seconds=seconds[last * _TIMES + _LONGEST],
        )
