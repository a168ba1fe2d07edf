"""Takes snapshots and compares them: joins the sensors, the heap census and the accounting of differences."""

from __future__ import annotations

import gc
import os
import time
from typing import Any, cast

from leakscope.analysis import changes
from leakscope.errors import ArgumentError
from leakscope.heap.census import census
from leakscope.model.snapshot import Detail, Missing, SnapshotData
from leakscope.results import Delta, Snapshot
from leakscope.sensors import DETAILS, sensors_for


def snapshot(*, detail: Detail = "memory") -> Snapshot:
    """Every signal of this instant that ``detail`` includes: ``"counters"`` in microseconds, ``"memory"`` (plus USS,
    PSS, descriptors, threads, children, tasks), ``"objects"`` (plus the count and census of gc objects, a heap walk).

    Sizes are bytes. A signal that could not be read is ``None`` and listed in ``.missing`` with the reason.
    Raises ``ArgumentError`` for another ``detail``.
    """
    if not isinstance(detail, str) or detail not in DETAILS:
        raise ArgumentError(f"snapshot(detail={detail!r}) is not a detail: use one of {', '.join(map(repr, DETAILS))}")
    values: dict[str, Any] = {}
    missing: list[Missing] = []
    for sensor in sensors_for(detail):
        reading = sensor.read()
        values.update(reading.values)
        missing.extend(reading.missing)
    if detail == "objects":
        objects = gc.get_objects()
        values["gc_object_count"] = len(objects)
        values["census"] = census(objects)
        del objects
    return Snapshot(pid=os.getpid(), taken_at_seconds=time.time(), detail=detail, missing=tuple(missing), **values)


def compare(before: SnapshotData, after: SnapshotData) -> Delta:
    """What changed from ``before`` to ``after``: one change per signal that both carry, and what one of them misses.

    Raises ``ArgumentError`` when either is not a snapshot.
    """
    for name, value in (("before", before), ("after", after)):
        if not isinstance(value, SnapshotData):
            raise ArgumentError(
                f"compare({name}=...) got {type(value).__name__}, not a Snapshot: pass two of leakscope.snapshot()"
            )
    return cast("Delta", changes.difference(before, after, Delta))
