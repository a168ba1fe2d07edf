"""Finds the one object that grows, or is replaced by a longer one on every call: a string, bytes, a number, a tuple, an
array. No count and no container shows it. Touches live objects through heap; what leaves is a ``Cause``.
"""

from __future__ import annotations

import gc
import math
from collections.abc import Sequence
from dataclasses import replace

from leakscope.causes import SEARCH_SHARE, Effort
from leakscope.heap import holders, safe, untracked
from leakscope.heap.census import census
from leakscope.holder_paths import find_paths
from leakscope.model.evidence import Cause, SiteGrowth
from leakscope.model.growth import Judgement, Trend
from leakscope.model.retention import ReferrerPath
from leakscope.model.snapshot import TypeCount

#: The share of malloc's growth over the whole check that one object must have as its size to be what grew.
GROWN_SHARE = 0.5
#: What a size may differ from what was traced: an array's header lies beside its data, a number may not use its last
#: digit.
SIZE_MARGIN_BYTES = 256
POINTER_BYTES = 8
#: Of a sequence of these, the sequence is what a reader looks for.
_ATOMS = (int, str, float, bytes, bool, type(None), complex)


def find_grown_object(
    judgement: Judgement, sites: Sequence[SiteGrowth], effort: Effort, calls: int
) -> tuple[Cause, ...]:
    """The biggest object that is as big as what malloc grew by, where it was made (``sites`` of a window of ``calls``
    calls, none when that was not traced) and what holds it; empty when there is none."""
    per_call = _least_per_call(judgement)
    if not per_call:
        return ()
    gc.collect()
    candidates = untracked.big_objects(math.ceil(GROWN_SHARE * per_call * judgement.calls))
    matches = [(_match(obj, sites), position) for position, (obj, _) in enumerate(candidates)]
    close = [(margin, position, site) for (margin, site), position in matches if margin <= SIZE_MARGIN_BYTES]
    if not close:
        return ()
    _, position, site = min(close, key=lambda row: row[:2])
    obj, holder = candidates[position]
    path = _path(obj, holder, effort, frozenset((id(candidates), *map(id, candidates))))
    return (_cause(obj, path, site, round(per_call * calls)),)


def _least_per_call(judgement: Judgement) -> float:
    """What the object grows by per call: all of malloc's growth, else a pointer for every other new block."""
    malloc, blocks = (judgement.of(name) for name in ("malloc_bytes", "allocated_blocks"))
    if malloc is not None and malloc.trend is not Trend.FLAT:
        return malloc.per_call
    if blocks is not None and blocks.trend is not Trend.FLAT:
        return POINTER_BYTES * blocks.per_call / 2
    return 0.0


def _match(obj: object, sites: Sequence[SiteGrowth]) -> tuple[float, str | None]:
    """The line whose largest allocation is nearest to the object's size, and by how many bytes it differs: the object
    was made there since tracing began."""
    if not sites:
        return 0.0, None
    size = safe.shallow_size(obj) or 0
    nearest = min(sites, key=lambda row: abs(size - row.largest_bytes))
    return abs(size - nearest.largest_bytes), nearest.site


def _path(obj: object, holder: object | None, effort: Effort, own_ids: frozenset[int]) -> ReferrerPath | None:
    if not effort.holders:
        return None
    suspects = [obj if holder is None else holder]
    (path,) = find_paths(suspects, ignore_ids=own_ids, budget_seconds=SEARCH_SHARE * effort.seconds_left()).paths
    return path if path is None or holder is None else _below(path, holder, obj)


def _below(path: ReferrerPath, holder: object, obj: object) -> ReferrerPath:
    """The path to ``holder`` and on to what it holds; an instance's own dict is folded into the attribute."""
    if path.hops and path.hops[-1].text == ".__dict__":
        owners = [owner for owner in gc.get_referrers(holder) if safe.instance_dict(owner) is holder]
        if owners:
            return replace(path, hops=(*path.hops[:-1], *holders.name_path([owners[0], holder, obj])))
    return replace(path, hops=(*path.hops, holders.name_edge(holder, obj, str(path))))


def _cause(obj: object, path: ReferrerPath | None, site: str | None, growth: int) -> Cause:
    name = safe.type_name(obj)
    if (type(obj) is list or type(obj) is tuple) and not all(safe.is_exactly(entry, _ATOMS) for entry in obj):
        return _cause_of_sequence(obj, path, site, round(growth / POINTER_BYTES))
    return Cause(
        path=path,
        container_type=name,
        growth=growth,
        types=(),
        lead_type=name,
        lead_count=0,
        shallow_bytes=0,
        entry_bytes=1.0,
        site=site,
        never_evicts=False,
        is_buffer=True,
    )


def _cause_of_sequence(
    obj: list[object] | tuple[object, ...], path: ReferrerPath | None, site: str | None, growth: int
) -> Cause:
    """What it holds most of is what a reader looks for."""
    rows = census(list(obj))
    lead = next((entry for entry in obj if safe.type_name(entry) == rows[0].type_name), None)
    hop = holders.name_edge(obj, lead, str(path))
    share = growth / max(1, len(obj))
    return Cause(
        path=None if path is None else replace(path, hops=(*path.hops, hop)),
        container_type=safe.type_name(obj),
        growth=growth,
        types=tuple(
            TypeCount(row.type_name, round(row.count * share), round(row.shallow_bytes * share)) for row in rows
        ),
        lead_type=rows[0].type_name,
        lead_count=round(rows[0].count * share),
        shallow_bytes=round(sum(row.shallow_bytes for row in rows) * share),
        entry_bytes=POINTER_BYTES,
        site=site,
        never_evicts=False,
    )
