"""The exact sampler of probe and check: reads the same numbers in the same order into arrays made beforehand, so that
reading leaves nothing behind. Touches gc, sys and /proc through the sensors; owns one open descriptor of statm.

No regex, closure or generator expression here: they allocate, or make cells, between two readings.
"""

from __future__ import annotations

import gc
import os
from array import array
from typing import Any

from leakscope.model.snapshot import Missing
from leakscope.sensors import blocks, gc_state, handles, malloc_heap, process_memory, tasks

#: The columns in reading order, cheapest first.
COUNTERS = ("allocated_blocks", "malloc_bytes", "private_bytes")
ALL_COLUMNS = (
    *COUNTERS,
    "gc_object_count",
    "interned_count",
    "gc_garbage_count",
    "collected_count",
    "fd_count",
    "thread_count",
    "child_count",
    "task_count",
)


class Sampler:
    """Arrays of ``capacity`` rows, one per column. ``close()`` frees the descriptor; the arrays stay readable."""

    __slots__ = ("_loop", "_statm_fd", "_wide", "capacity", "columns", "missing")

    def __init__(self, capacity: int, *, is_wide: bool, loop: Any = None) -> None:
        self.capacity = capacity
        self._wide = is_wide
        self._loop = loop
        self._statm_fd = process_memory.open_statm() if process_memory.has_statm() else -1
        self.columns = {name: array("q", bytes(8 * capacity)) for name in (ALL_COLUMNS if is_wide else COUNTERS)}
        if loop is None:
            self.columns.pop("task_count", None)  # a plain function has no loop: nothing is missing
        if blocks.interned_count is None:
            self.columns.pop("interned_count", None)  # what is interned can be freed before 3.12: blocks count it
        self.missing = self._drop_unavailable()

    def _drop_unavailable(self) -> tuple[Missing, ...]:
        reasons = {
            "malloc_bytes": "" if malloc_heap.is_available() else malloc_heap.ABSENT,
            "private_bytes": "" if self._statm_fd >= 0 else "/proc/self/statm cannot be read",
        }
        missing = []
        for name, reason in reasons.items():
            if reason and self.columns.pop(name, None) is not None:
                missing.append(Missing(name, reason))
        return tuple(missing)

    def settle(self) -> None:
        """What must precede a reading: a full collection, then the interpreter's own caches emptied."""
        gc.collect()
        blocks.clear_internal_caches()

    def read(self, row: int) -> None:
        """Reads every column into ``row``."""
        columns = self.columns
        columns["allocated_blocks"][row] = blocks.allocated_blocks()
        if "malloc_bytes" in columns:
            columns["malloc_bytes"][row] = malloc_heap.bytes_in_use()
        if self._statm_fd >= 0:
            columns["private_bytes"][row] = process_memory.private_bytes_of(self._statm_fd)
        if self._wide:
            self._read_wide(columns, row)

    def _read_wide(self, columns: dict[str, Any], row: int) -> None:
        columns["gc_object_count"][row] = len(gc.get_objects())
        if blocks.interned_count is not None:
            columns["interned_count"][row] = blocks.interned_count()
        columns["gc_garbage_count"][row] = len(gc.garbage)
        columns["collected_count"][row] = gc_state.collected_count()
        columns["fd_count"][row] = handles.fd_count()
        columns["thread_count"][row] = handles.thread_count()
        columns["child_count"][row] = handles.child_count()
        if self._loop is not None:
            columns["task_count"][row] = tasks.task_count(self._loop)

    def close(self) -> None:
        """Closes the descriptor of statm; safe to repeat."""
        if self._statm_fd >= 0:
            os.close(self._statm_fd)
            self._statm_fd = -1
