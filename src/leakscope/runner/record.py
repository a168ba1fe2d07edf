"""The samples of a check in memory that parent and child share: what was measured outlives a child that crashes, and
writing it allocates nothing. Touches one mapping of an unnamed file.
"""

from __future__ import annotations

import mmap
import os
import tempfile
from collections.abc import Sequence

from leakscope.measuring import State, capacity_for
from leakscope.model.growth import Series
from leakscope.model.report import Overhead
from leakscope.sensors.sampler import ALL_COLUMNS

_CELL = 8
#: A row is the number of calls, then the sampler's columns.
_WIDTH = 1 + len(ALL_COLUMNS)
#: The cells before the first row.
_ROWS, _NANOSECONDS, _TARGET_NANOSECONDS, _COLLECTOR_IS_ENABLED, _REPLACED, _PIPE_IS_LOST = range(6)
_HEADER = 8


class Record:
    """Rows of samples, for a check of so many calls; the child writes, the parent reads."""

    def __init__(self, fd: int, calls: int | None) -> None:
        self.capacity = capacity_for(calls)
        self._memory = mmap.mmap(fd, _size(calls))
        self._cells = memoryview(self._memory).cast("q")

    def write(self, row: int, columns: Sequence[Sequence[int]], state: State) -> None:
        """Copies one sample; it counts once all of it is there."""
        cells = self._cells
        at = _HEADER + row * _WIDTH
        cells[at] = state.calls
        for column in columns:
            at += 1
            cells[at] = column[row]
        cells[_NANOSECONDS] = int(state.seconds * 1e9)
        cells[_TARGET_NANOSECONDS] = int(state.target_seconds * 1e9)
        cells[_COLLECTOR_IS_ENABLED] = state.collector_is_enabled
        cells[_REPLACED] = state.replaced_count
        cells[_ROWS] = row + 1

    def say_pipe_is_lost(self) -> None:
        """The one thing that a child without its pipe can still tell."""
        self._cells[_PIPE_IS_LOST] = 1

    @property
    def pipe_is_lost(self) -> bool:
        return bool(self._cells[_PIPE_IS_LOST])

    @property
    def calls(self) -> int:
        """Measured calls so far."""
        rows = self._cells[_ROWS]
        return int(self._cells[_HEADER + (rows - 1) * _WIDTH]) if rows else 0

    @property
    def seconds(self) -> float:
        return float(self._cells[_NANOSECONDS] / 1e9)

    def series(self, names: Sequence[str]) -> Series | None:
        """The samples so far, the columns by these names; None before the first."""
        rows = self._cells[_ROWS]
        if not rows:
            return None
        cells = self._cells[_HEADER : _HEADER + rows * _WIDTH].tolist()
        return Series(
            calls=cells[::_WIDTH],
            values={name: cells[index::_WIDTH] for index, name in enumerate(names, 1)},
            seconds=self.seconds,
            collector_is_enabled=bool(self._cells[_COLLECTOR_IS_ENABLED]),
            replaced_count=self._cells[_REPLACED],
        )

    def overhead(self) -> Overhead:
        return Overhead(self.seconds, self._cells[_TARGET_NANOSECONDS] / 1e9, self._cells[_ROWS])

    def close(self) -> None:
        self._cells.release()
        self._memory.close()


def unnamed_file(calls: int | None) -> int:
    """A descriptor of a file for the record of so many calls; it takes memory as it fills, and nothing on disk."""
    if hasattr(os, "memfd_create"):
        fd = os.memfd_create("leakscope")
    else:
        with tempfile.TemporaryFile() as file:
            fd = os.dup(file.fileno())
    os.ftruncate(fd, _size(calls))
    return fd


def _size(calls: int | None) -> int:
    return _CELL * (_HEADER + capacity_for(calls) * _WIDTH)
