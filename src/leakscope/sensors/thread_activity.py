"""Whether other threads of this process ran, those of C libraries too. Touches /proc/self/task only."""

from __future__ import annotations

import os
import threading

_TASKS = "/proc/self/task"


def run_counts() -> dict[str, bytes] | None:
    """How often each thread but this one got a processor, by its number; ``None`` where the system does not tell.

    Two equal readings mean that nothing else ran in between: a thread that waits does not count as running.
    """
    own = str(threading.get_native_id())
    if not os.access(f"{_TASKS}/{own}/schedstat", os.R_OK):
        return None
    return {task: _run_count(task) for task in os.listdir(_TASKS) if task != own}


def _run_count(task: str) -> bytes:
    try:
        fd = os.open(f"{_TASKS}/{task}/schedstat", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:  # it has ended since: gone from the next reading
        return b""
    try:
        return os.read(fd, 128).split()[-1]
    except (OSError, IndexError):
        return b""
    finally:
        os.close(fd)
