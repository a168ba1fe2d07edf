"""What tracemalloc knows while it is on, and switching it on for a while. Touches tracemalloc, and restores it."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager

from leakscope.model.snapshot import Missing, Reading

is_tracing = tracemalloc.is_tracing


def read() -> Reading:
    """``traced_bytes`` and ``traced_peak_bytes`` when tracemalloc is on."""
    if not tracemalloc.is_tracing():
        reason = "tracemalloc is off (tracemalloc.start() or PYTHONTRACEMALLOC=1 turns it on)"
        return Reading({}, (Missing("traced_bytes", reason), Missing("traced_peak_bytes", reason)))
    current, peak = tracemalloc.get_traced_memory()
    return Reading({"traced_bytes": current, "traced_peak_bytes": peak})


@contextmanager
def tracing(frame_count: int) -> Iterator[bool]:
    """Traces allocations inside the block; gives whether leakscope switched it on. What the user started stays on."""
    if tracemalloc.is_tracing():
        yield False
        return
    tracemalloc.start(frame_count)
    try:
        yield True
    finally:
        tracemalloc.stop()
