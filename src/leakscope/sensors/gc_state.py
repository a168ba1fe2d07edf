"""The cyclic collector's own figures: counts, thresholds, totals per generation, garbage, frozen. Touches gc."""

from __future__ import annotations

import gc

from leakscope import _env
from leakscope.model.snapshot import Reading

#: 3.12 freezes objects of its own while it starts (375 on 3.12.1): "nobody froze" means no more than these.
STARTUP_FROZEN_COUNT = gc.get_freeze_count()


def may_freeze() -> bool:
    """True when ``gc.freeze`` would hide nothing that somebody else froze, and the collector has generations."""
    return gc.get_freeze_count() <= STARTUP_FROZEN_COUNT and not _env.IS_FREE_THREADED


def collected_count() -> int:
    """Objects that collections found in cyclic garbage since the process started, of all generations."""
    total = 0
    for generation in gc.get_stats():
        total += generation["collected"]
    return total


def read_counters() -> Reading:
    """Counts, thresholds and statistics per generation; costs no walk of any heap."""
    stats = gc.get_stats()
    return Reading(
        {
            "gc_enabled": gc.isenabled(),
            "gc_counts": gc.get_count(),
            "gc_thresholds": gc.get_threshold(),
            "gc_stats_collections": tuple([generation["collections"] for generation in stats]),
            "gc_stats_collected": tuple([generation["collected"] for generation in stats]),
            "gc_stats_uncollectable": tuple([generation["uncollectable"] for generation in stats]),
            "gc_garbage_count": len(gc.garbage),
        }
    )


def read_frozen() -> Reading:
    """Objects in the permanent generation; CPython walks that list to count it."""
    return Reading({"gc_frozen_count": gc.get_freeze_count()})
