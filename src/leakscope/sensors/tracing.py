"""What tracemalloc knows while it is on, and switching it on for a while. Touches tracemalloc, and restores it."""

from __future__ import annotations

import threading
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


_users = 0
_lock = threading.Lock()


def acquire(frame_count: int) -> None:
    """Switches tracing on unless it is on; ``release`` switches it off again when the last user is gone."""
    global _users
    with _lock:
        if _users or not tracemalloc.is_tracing():
            if not _users:
                tracemalloc.start(frame_count)
            _users += 1


def release() -> None:
    """Ends one ``acquire``. What the user started stays on."""
    global _users
    with _lock:
        if _users:
            _users -= 1
            if not _users:
                tracemalloc.stop()


def forget() -> None:
    """Drops the traces so far, unless they are the user's: what is traced from here on is new."""
    with _lock:
        if _users:
            tracemalloc.clear_traces()


@contextmanager
def tracing(frame_count: int) -> Iterator[None]:
    """Traces allocations inside the block. What the user started stays on."""
    acquire(frame_count)
    try:
        yield
    finally:
        release()
