"""How much of the growth of malloc or of private memory is no Python object's. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from leakscope.model.evidence import Evidence, SiteGrowth
from leakscope.model.growth import Judgement, SignalGrowth, Trend

#: The share of malloc's growth that must stay unexplained by Python objects before it is called native.
NATIVE_SHARE = 0.25
LEAST_PER_CALL = 8.0
#: A growing table is copied as it grows: malloc's growth per entry can be this many times its final share.
TABLE_MARGIN = 1.5
#: Traced allocations per call that are not Python's when its allocated blocks stay flat.
RAW_SHARE = 0.5
#: Python serves requests up to this size from its own arenas.
SMALL_REQUEST_BYTES = 512


@dataclass(frozen=True, slots=True)
class NativeGrowth:
    """The signal that shows it, what it grows by per call, and what of that Python objects explain."""

    signal: str
    total_per_call: float
    explained_per_call: float = 0.0

    @property
    def per_call(self) -> float:
        return self.total_per_call - self.explained_per_call


def moved(judgement: Judgement, *signals: str) -> SignalGrowth | None:
    """The first of the signals that leaks or is suspect."""
    for name in signals:
        growth = judgement.of(name)
        if growth is not None and growth.trend is not Trend.FLAT:
            return growth
    return None


def native_growth(judgement: Judgement, evidence: Evidence) -> NativeGrowth | None:
    """The growth to look for outside Python's allocator, whichever signal shows it."""
    return malloc_growth(judgement, evidence) or private_growth(judgement)


def malloc_growth(judgement: Judgement, evidence: Evidence) -> NativeGrowth | None:
    """malloc grows by more than Python's own objects explain."""
    malloc = moved(judgement, "malloc_bytes")
    if malloc is None or moved(judgement, "thread_count") is not None or not evidence.calls:
        return None
    if evidence.causes and malloc.trend is not Trend.LEAKS:  # tables of what is retained grow by steps
        return None
    found = NativeGrowth("malloc_bytes", malloc.per_call, _python_share(judgement, evidence))
    return found if found.per_call >= max(LEAST_PER_CALL, NATIVE_SHARE * malloc.per_call) else None


def python_sites(judgement: Judgement, evidence: Evidence) -> tuple[SiteGrowth, ...]:
    """The lines whose memory is Python's. What C code takes through Python's raw allocator is traced as well, but it is
    not among Python's allocated blocks."""
    if moved(judgement, "allocated_blocks") is not None:
        return evidence.sites
    return tuple(row for row in evidence.sites if row.count < RAW_SHARE * evidence.calls)


def _python_share(judgement: Judgement, evidence: Evidence) -> float:
    raw = set(evidence.sites) - set(python_sites(judgement, evidence))
    large_raw = sum(row.bytes for row in raw if row.bytes > SMALL_REQUEST_BYTES * row.count)
    large = ((evidence.large_bytes or 0) - large_raw) / evidence.calls
    tables = sum(cause.entry_bytes * cause.growth for cause in evidence.causes) / evidence.calls
    return max(0.0, large) + TABLE_MARGIN * tables


def private_growth(judgement: Judgement) -> NativeGrowth | None:
    """Private memory grows while every allocator that can be read stays flat."""
    private = moved(judgement, "private_bytes")
    others = ("malloc_bytes", "allocated_blocks", "gc_object_count", "thread_count")
    if private is None or moved(judgement, *others) is not None:
        return None
    return NativeGrowth("private_bytes", private.per_call)
