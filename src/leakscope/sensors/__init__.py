"""One signal each: a sensor reads numbers off the running process, or says why it cannot.
``SENSORS`` is the table of them, cheapest first, because an expensive reading allocates and would disturb a cheap one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from leakscope.model.snapshot import Detail, Reading
from leakscope.sensors import blocks, gc_state, handles, malloc_heap, process_memory, pymalloc, tasks, tracing


@dataclass(frozen=True, slots=True)
class Sensor:
    """One row: its name, the least detail that includes it, the snapshot fields it fills, and how it reads them."""

    name: str
    detail: Detail
    signals: tuple[str, ...]
    read: Callable[[], Reading]


SENSORS: tuple[Sensor, ...] = (
    Sensor("blocks", "counters", ("allocated_blocks", "interned_count"), blocks.read),
    Sensor("malloc heap", "counters", ("heap_used_bytes", "mmap_used_bytes"), malloc_heap.read),
    Sensor(
        "gc state",
        "counters",
        (
            "gc_enabled",
            "gc_counts",
            "gc_thresholds",
            "gc_stats_collections",
            "gc_stats_collected",
            "gc_stats_uncollectable",
            "gc_garbage_count",
        ),
        gc_state.read_counters,
    ),
    Sensor("tracing", "counters", ("traced_bytes", "traced_peak_bytes"), tracing.read),
    Sensor("statm", "counters", ("rss_bytes", "vms_bytes", "private_bytes"), process_memory.read_statm),
    Sensor("frozen", "memory", ("gc_frozen_count",), gc_state.read_frozen),
    Sensor("tasks", "memory", ("task_count",), tasks.read),
    Sensor("handles", "memory", ("fd_count", "thread_count", "python_thread_count", "child_count"), handles.read),
    Sensor("pymalloc", "memory", ("pymalloc_used_bytes",), pymalloc.read),
    Sensor(
        "private pages",
        "memory",
        ("uss_bytes", "pss_bytes", "private_dirty_bytes"),
        process_memory.read_private_pages,
    ),
)

DETAILS: tuple[Detail, ...] = ("counters", "memory", "objects")


def sensors_for(detail: Detail) -> tuple[Sensor, ...]:
    """The sensors of this detail and of all cheaper ones."""
    rank = DETAILS.index(detail)
    return tuple(sensor for sensor in SENSORS if DETAILS.index(sensor.detail) <= rank)
