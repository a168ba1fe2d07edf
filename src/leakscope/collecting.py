"""The collect probe: one ``gc.collect`` between two snapshots. Touches gc and, when asked to trim, malloc."""

from __future__ import annotations

import gc
from time import perf_counter

from leakscope import snapshots
from leakscope.errors import ArgumentError
from leakscope.results import Collection, Snapshot
from leakscope.sensors import blocks, malloc_heap

_IN_USE = ("pymalloc_used_bytes", "heap_used_bytes", "mmap_used_bytes")


def collect(generation: int = 2, *, trim: bool = False) -> Collection:
    """Runs ``gc.collect(generation)`` and tells what it did: objects found unreachable, blocks and bytes freed, bytes
    of USS returned, the pause in seconds, and the collector's counts before and after.

    ``trim=True`` asks malloc to return free memory to the system afterwards. Raises ``ArgumentError`` for a generation
    that this interpreter does not have.
    """
    _require_generation(generation)
    before = snapshots.snapshot(detail="memory")
    garbage_before = len(gc.garbage)
    blocks_before = blocks.allocated_blocks()
    started = perf_counter()
    unreachable = gc.collect(generation)
    pause = perf_counter() - started
    freed_blocks = blocks_before - blocks.allocated_blocks()
    uncollectable = len(gc.garbage) - garbage_before
    counts_after = gc.get_count()
    trimmed = malloc_heap.trim() if trim else False
    after = snapshots.snapshot(detail="memory")
    delta = snapshots.compare(before, after)
    uss = delta.amount_of("uss_bytes")
    return Collection(
        generation=generation,
        unreachable=unreachable,
        uncollectable=uncollectable,
        duration_seconds=pause,
        counts=(before.gc_counts or (), counts_after),
        thresholds=gc.get_threshold(),
        freed_blocks=freed_blocks,
        freed_bytes=_freed_bytes(before, after),
        returned_bytes=None if uss is None else -uss,
        trimmed=trimmed,
        before=before,
        after=after,
        missing=delta.missing,
    )


def _freed_bytes(before: Snapshot, after: Snapshot) -> int | None:
    """The drop of memory in use, over the allocators that could be read on both sides; None when none could."""
    drops = [
        getattr(before, name) - getattr(after, name)
        for name in _IN_USE
        if getattr(before, name) is not None and getattr(after, name) is not None
    ]
    return sum(drops) if drops else None


def _require_generation(generation: int) -> None:
    highest = len(gc.get_threshold()) - 1
    if type(generation) is not int or not 0 <= generation <= highest:
        raise ArgumentError(f"collect(generation={generation!r}): this interpreter has generations 0 to {highest}")
