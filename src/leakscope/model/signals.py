"""The table of signals: what each number is called, its unit, and how exact it is. Data only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Tier = Literal["exact", "native", "os"]
Unit = Literal["bytes", "count"]


@dataclass(frozen=True, slots=True)
class Signal:
    """One number that can be read off a process; ``name`` is the field of ``Snapshot`` that carries it."""

    name: str
    title: str
    singular: str
    unit: Unit
    tier: Tier


SIGNALS: dict[str, Signal] = {
    signal.name: signal
    for signal in (
        Signal("allocated_blocks", "allocated blocks", "block", "count", "exact"),
        Signal("gc_object_count", "gc objects", "gc object", "count", "exact"),
        Signal("gc_garbage_count", "gc.garbage", "uncollectable object", "count", "exact"),
        Signal("collected_count", "cyclic garbage", "object in cycles", "count", "exact"),
        Signal("interned_count", "interned strings", "interned string", "count", "exact"),
        Signal("fd_count", "file descriptors", "file descriptor", "count", "exact"),
        Signal("thread_count", "threads", "thread", "count", "exact"),
        Signal("python_thread_count", "Python threads", "Python thread", "count", "exact"),
        Signal("child_count", "child processes", "child process", "count", "exact"),
        Signal("task_count", "asyncio tasks", "asyncio task", "count", "exact"),
        Signal("heap_used_bytes", "malloc in use", "", "bytes", "native"),
        Signal("mmap_used_bytes", "malloc mmap", "", "bytes", "native"),
        Signal("malloc_bytes", "malloc in use", "", "bytes", "native"),
        Signal("pymalloc_used_bytes", "pymalloc in use", "", "bytes", "exact"),
        Signal("private_bytes", "private memory", "", "bytes", "os"),
        Signal("private_dirty_bytes", "private dirty", "", "bytes", "os"),
        Signal("rss_bytes", "RSS", "", "bytes", "os"),
        Signal("uss_bytes", "USS", "", "bytes", "os"),
        Signal("pss_bytes", "PSS", "", "bytes", "os"),
        Signal("vms_bytes", "VMS", "", "bytes", "os"),
        Signal("traced_bytes", "traced bytes", "", "bytes", "exact"),
        Signal("traced_peak_bytes", "traced peak", "", "bytes", "exact"),
    )
}
