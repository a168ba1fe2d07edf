"""What a process holds open: file descriptors (Windows: handles), threads, child processes. Touches /proc/self on
Linux and psutil elsewhere; looks the process up each time, so it is right after a fork.
"""

from __future__ import annotations

import _thread
import math
import os
import sys
from typing import Any

import psutil

from leakscope import _env
from leakscope.model.snapshot import Missing, Reading

try:
    import resource as _resource
except ImportError:  # Windows
    resource: Any = None
else:
    resource = _resource

_FDS = "/proc/self/fd"
_TASKS = "/proc/self/task"
_HAS_PROC = _env.IS_LINUX and os.path.isdir(_FDS)
_LISTS_CHILDREN = _HAS_PROC and os.path.exists(f"{_TASKS}/{os.getpid()}/children")


def fd_count() -> int:
    """Open file descriptors (Windows: handles), the one used for listing them left out."""
    if _HAS_PROC:
        return len(os.listdir(_FDS)) - 1
    process = psutil.Process()
    return int(process.num_handles() if _env.IS_WINDOWS else process.num_fds())


def thread_count() -> int:
    """Threads the system runs for this process, those of C libraries too. One that was just joined may linger for
    microseconds."""
    if _HAS_PROC:
        return len(os.listdir(_TASKS))
    return int(psutil.Process().num_threads())


def python_thread_count() -> int:
    """The calling thread and the threads that Python code started; exact as soon as ``join`` returns.

    The count of started threads is stale in a forked child, the thread states may outlive ``join`` by microseconds:
    whichever is less is right.
    """
    return min(1 + _thread._count(), len(sys._current_frames()))


def child_count() -> int:
    """Child processes, those that ended and were not waited for among them."""
    if not _LISTS_CHILDREN:
        return len(psutil.Process().children())
    total = 0
    for task in os.listdir(_TASKS):
        total += _children_of_task(f"{_TASKS}/{task}/children")
    return total


def _children_of_task(path: str) -> int:
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:  # the thread ended since it was listed
        return 0
    try:
        return os.read(fd, 1 << 16).count(b" ")
    except OSError:
        return 0
    finally:
        os.close(fd)


def read() -> Reading:
    """``fd_count``, ``thread_count``, ``python_thread_count`` and ``child_count``."""
    values: dict[str, object] = {"python_thread_count": python_thread_count()}
    missing: list[Missing] = []
    for signal, function in (("fd_count", fd_count), ("thread_count", thread_count), ("child_count", child_count)):
        try:
            values[signal] = function()
        except (OSError, psutil.Error) as error:
            missing.append(Missing(signal, f"the system refused ({type(error).__name__})"))
    return Reading(values, tuple(missing))


def fd_headroom() -> float:
    """How many more descriptors this process may open; infinite where there is no such limit."""
    if resource is None:
        return math.inf
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return math.inf if limit == resource.RLIM_INFINITY else max(0, limit - fd_count())


def describe_fds(known: frozenset[int]) -> list[str]:
    """What the file descriptors not in ``known`` are open on (``pipe``, ``socket``, a path), where the system tells."""
    targets: list[str] = []
    for fd in sorted(open_fds() - known):
        try:
            target = os.readlink(f"{_FDS}/{fd}")
        except OSError:  # closed since, or a platform that does not tell
            continue
        kind, colon, number = target.partition(":[")
        targets.append(kind if colon and number.endswith("]") else target)
    return targets


def open_fds() -> frozenset[int]:
    """The numbers of the open file descriptors; empty where the system does not list them."""
    return frozenset(int(name) for name in os.listdir(_FDS)) if _HAS_PROC else frozenset()
