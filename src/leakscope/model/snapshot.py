"""One instant of a process: every signal that could be read, and for each that could not, why. Data only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Detail = Literal["counters", "memory", "objects"]
SignalValue = int | tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Missing:
    """A signal that was not read, and the reason in words."""

    signal: str
    reason: str


@dataclass(frozen=True, slots=True)
class TypeCount:
    """Live gc objects of one type: qualified name, count, and shallow bytes (``sys.getsizeof``, or 0 when the type's
    own ``__sizeof__`` would have to run: ``unsized_count`` of them)."""

    type_name: str
    count: int
    shallow_bytes: int
    unsized_count: int = 0


@dataclass(frozen=True, slots=True)
class Reading:
    """What one sensor read: values by signal name, and what it could not read."""

    values: Mapping[str, object]
    missing: tuple[Missing, ...] = ()


@dataclass(frozen=True, slots=True)
class SnapshotData:
    """One instant, every signal of the chosen detail. ``None`` means not read: ``missing`` says why, or the detail was
    too low. Sizes are bytes; ``private_bytes`` is resident minus shared (statm); ``vms_bytes`` is address space.

    ``gc_counts``, ``gc_thresholds`` and the three ``gc_stats_*`` have one entry per generation of this interpreter.
    """

    pid: int
    taken_at_seconds: float
    detail: Detail
    missing: tuple[Missing, ...] = ()
    allocated_blocks: int | None = None
    interned_count: int | None = None
    gc_enabled: bool | None = None
    gc_counts: tuple[int, ...] | None = None
    gc_thresholds: tuple[int, ...] | None = None
    gc_stats_collections: tuple[int, ...] | None = None
    gc_stats_collected: tuple[int, ...] | None = None
    gc_stats_uncollectable: tuple[int, ...] | None = None
    gc_garbage_count: int | None = None
    gc_frozen_count: int | None = None
    gc_object_count: int | None = None
    heap_used_bytes: int | None = None
    mmap_used_bytes: int | None = None
    pymalloc_used_bytes: int | None = None
    rss_bytes: int | None = None
    vms_bytes: int | None = None
    private_bytes: int | None = None
    uss_bytes: int | None = None
    pss_bytes: int | None = None
    private_dirty_bytes: int | None = None
    traced_bytes: int | None = None
    traced_peak_bytes: int | None = None
    fd_count: int | None = None
    thread_count: int | None = None
    python_thread_count: int | None = None
    child_count: int | None = None
    task_count: int | None = None
    census: tuple[TypeCount, ...] | None = None
