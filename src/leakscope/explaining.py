"""Pass two of a check, only after growth was found: a few more calls under tracemalloc, the exact new objects, the
containers that grew, and what is cyclic garbage. Touches gc and tracemalloc, restored; what leaves is ``Evidence``.
"""

from __future__ import annotations

import gc
import math
import sys
import time
import types
import weakref
from collections import Counter
from collections.abc import Generator
from contextlib import nullcontext
from dataclasses import dataclass, replace

from leakscope.analysis.components import shortest_cycle, strongly_connected
from leakscope.heap import garbage, holders, safe, sites
from leakscope.heap.census import census
from leakscope.heap.containers import (
    BUFFERS,
    NEVER_EVICT,
    ContainerLengths,
    bound_of,
    cached_results,
    kind_of,
    last_entries,
    members,
)
from leakscope.heap.new_objects import BirthRecorder, FrozenWindow, why_not_recordable
from leakscope.heap.sites import FRAME_COUNT, SiteNames, TraceTotals
from leakscope.holder_paths import find_paths
from leakscope.model.evidence import Cause, CycleGroup, Evidence
from leakscope.model.growth import Judgement, Trend
from leakscope.model.retention import ReferrerPath
from leakscope.model.snapshot import TypeCount
from leakscope.sensors import handles, thread_names, tracing

#: How many grown things a window should show, so that one that grows by chance does not look like a cause.
WANTED_GROWTH = 24
WINDOW_CALLS_MOST = 4_000
WINDOW_CALLS_LEAST = 2
BYTES_ONLY_CALLS = 400
#: What must appear to be a cause at all, as a share of what the slowest moving count promises.
LEAST_SHARE = 0.25
CYCLE_CALLS = 16
CONTAINER_LIMIT = 12
_CONNECTING = 3
REACH_LIMIT = 20_000
#: Types that hold things together: a reader looks for what they hold.
_CONNECTING_TYPES = frozenset(
    map(id, (weakref.ReferenceType, types.CellType, types.FrameType, types.MethodType, types.FunctionType))
)
_COUNTED = ("gc_object_count", "allocated_blocks", "fd_count", "thread_count", "child_count", "task_count")


@dataclass(frozen=True, slots=True)
class Effort:
    """What pass two may do: sites, holders, and how many seconds it has at how many seconds a call."""

    sites: bool
    holders: bool
    seconds: float
    call_seconds: float


def explain(judgement: Judgement, effort: Effort, *, with_cycles: bool) -> Generator[int, None, Evidence]:
    """Yields numbers of calls to make; returns what they left behind and why it is alive."""
    evidence = Evidence(calls=0)
    if judgement.trend is not Trend.FLAT:
        if _affordable(effort.seconds, effort.call_seconds) < WINDOW_CALLS_LEAST:
            return Evidence(calls=0, notes=("not explained: too few calls fit in the rest of the budget",))
        evidence = yield from _window(wanted_calls(judgement), _slowest_rate(judgement), effort)
    if with_cycles:
        calls = max(1, min(CYCLE_CALLS, _affordable(effort.seconds, effort.call_seconds)))
        groups = yield from _cycles(calls)
        evidence = replace(evidence, cycles=groups, cycle_calls=calls)
    return evidence


def wanted_calls(judgement: Judgement) -> int:
    """Enough calls for the slowest moving count to grow by ``WANTED_GROWTH``; bytes tell nothing about how often."""
    rate = _slowest_rate(judgement)
    return BYTES_ONLY_CALLS if rate is None else min(math.ceil(WANTED_GROWTH / min(1.0, rate)), WINDOW_CALLS_MOST)


def _slowest_rate(judgement: Judgement) -> float | None:
    """The least rate per call among the counts that move; None when only bytes do."""
    rates = [
        growth.per_call
        for growth in judgement.growths
        if growth.trend is not Trend.FLAT and growth.signal in _COUNTED and growth.per_call > 0
    ]
    return min(rates, default=None)


def _affordable(seconds: float, call_seconds: float) -> int:
    """Calls that fit in a third of the time left."""
    return int(seconds / 3 / max(call_seconds, 1e-7))


# --- the traced window ------------------------------------------------------------------------------------------------


def _window(calls: int, rate: float | None, effort: Effort) -> Generator[int, None, Evidence]:
    """Container lengths first, untraced because tracing makes that walk slow; then the calls, traced when asked to."""
    gc.collect()
    lengths = ContainerLengths()
    with tracing.tracing(FRAME_COUNT) if effort.sites else nullcontext():
        started = time.perf_counter()
        yield 1
        affordable = _affordable(effort.seconds, time.perf_counter() - started)
        calls = max(WINDOW_CALLS_LEAST, min(calls, affordable))
        warm_up = min(calls // 4, 16)
        yield warm_up
        least = max(2, math.ceil(LEAST_SHARE * calls * min(1.0, rate or 0.0)))
        return (yield from _watched(_Window(calls, warm_up + 1, least, effort, lengths)))


@dataclass(frozen=True, slots=True)
class _Window:
    """The calls of the window, those made between measuring the containers and its start, how much something must grow
    to matter, and the lengths then."""

    calls: int
    warm_up: int
    least_growth: int
    effort: Effort
    lengths: ContainerLengths


def _watched(window: _Window) -> Generator[int, None, Evidence]:
    """The calls between two full collections, and what they left behind."""
    recorder = FrozenWindow() if why_not_recordable() else BirthRecorder()
    traced = tracing.is_tracing()
    totals = TraceTotals() if traced else None
    fds, threads = handles.open_fds(), thread_names.names_by_ident()
    gc.collect()
    recorder.open()
    try:
        yield window.calls
        gc.collect()
        new = recorder.live()
    finally:
        recorder.close()
    after = TraceTotals() if traced else None
    names = SiteNames() if traced else None
    finder = _CauseFinder(new, window, names)
    own = (recorder, getattr(recorder, "ids", None), new, fds, threads, totals, after)
    try:
        causes = finder.causes(window.lengths.own_ids() | frozenset(map(id, own)))
        notes = tuple(finder.notes)
    finally:
        finder.close()
        new.clear()
    return Evidence(
        calls=window.calls,
        causes=causes,
        sites=after.grown(totals, names, window.least_growth) if after and totals and names else (),
        large_bytes=after.large_bytes - totals.large_bytes if after and totals else None,
        fd_targets=tuple(handles.describe_fds(fds)),
        thread_names=_new_thread_names(threads),
        notes=notes,
    )


def _new_thread_names(before: dict[int, str]) -> tuple[str, ...]:
    now = thread_names.names_by_ident()
    return tuple(thread_names.without_number(name) for ident, name in now.items() if ident not in before)


class _CauseFinder:
    """Finds out which old container, or which chain, keeps each new object. Holds the objects until ``close``."""

    def __init__(self, new: list[object], window: _Window, names: SiteNames | None) -> None:
        self._new = {id(obj): obj for obj in new}
        self._claimed: dict[int, int] = {}
        self._window = window
        self._effort = window.effort
        self._names = names
        self._least = window.least_growth
        self.notes: list[str] = []

    def close(self) -> None:
        self._new.clear()

    def causes(self, own_ids: frozenset[int]) -> tuple[Cause, ...]:
        calls, warm_up = self._window.calls, self._window.warm_up
        grown = [
            (container, round(growth * calls / (calls + warm_up)))
            for container, growth in self._window.lengths.grown(self._least, frozenset(self._new))
            if id(container) not in own_ids and _is_proportionate(container, growth, calls)
        ]
        rows = [(container, growth, self._entries(container, growth)) for container, growth in grown[:CONTAINER_LIMIT]]
        strong = [row for row in rows if not _are_weak(row[2])] or rows
        reached = [(container, growth, self._reach(entries)) for container, growth, entries in strong]
        reached.sort(key=lambda row: -len(row[2]))
        paths = self._paths([container for container, _, _ in reached])
        found: list[Cause] = []
        for (container, growth, objects), path in zip(reached, paths, strict=True):
            self._add(found, container, growth, objects, path)
        found.extend(self._chains(is_only=not found))
        del grown, rows, strong, reached
        return tuple(found)

    def _entries(self, container: object, growth: int) -> list[object]:
        results = [result for result in cached_results(container) if self._is_new(result)]
        entries = [*results, *last_entries(container, growth)]
        return entries or [member for member in members(container) if self._is_new(member)]

    def _reach(self, entries: list[object]) -> list[object]:
        """The entries and the new objects they keep alive, nearest first."""
        seen: dict[int, object] = {}
        frontier = entries
        while frontier and len(seen) < REACH_LIMIT:
            fresh: list[object] = []
            for obj in frontier:
                if id(obj) not in seen:
                    seen[id(obj)] = obj
                    fresh.append(obj)
            frontier = [child for child in safe.referents_of_all(fresh) if self._is_new(child)]
        return list(seen.values())

    def _is_new(self, obj: object) -> bool:
        if id(obj) in self._new:
            return True
        return self._names is not None and not gc.is_tracked(obj) and sites.is_traced(obj)

    def _paths(self, objects: list[object]) -> list[ReferrerPath | None]:
        if not self._effort.holders or not objects:
            return [None] * len(objects)
        result = find_paths(
            objects,
            ignore_ids=frozenset((id(self._new), id(objects))),
            budget_seconds=max(2.0, self._effort.seconds / 2),
        )
        self.notes.extend(result.notes)
        return list(result.paths)

    def _add(
        self, found: list[Cause], container: object, growth: int, objects: list[object], path: ReferrerPath | None
    ) -> None:
        """A cause of its own, or another holder of an earlier one that keeps most of the same objects."""
        owners = Counter(self._claimed[id(obj)] for obj in objects if id(obj) in self._claimed)
        if owners:
            owner, shared = owners.most_common(1)[0]
            if shared >= 0.5 * sum(1 for obj in objects if id(obj) in self._new) and path is not None:
                found[owner] = replace(found[owner], also_held_by=(*found[owner].also_held_by, str(path)))
                return
        for obj in objects:
            self._claimed.setdefault(id(obj), len(found))
        entry = objects[0] if objects else None
        full = path
        if path is not None and entry is not None and kind_of(type(container)) not in BUFFERS:
            hop = holders.name_edge(container, entry)
            full = replace(path, hops=(*path.hops, hop))
        found.append(self._cause(container, growth, objects, full))

    def _cause(self, container: object, growth: int, objects: list[object], path: ReferrerPath | None) -> Cause:
        kind = kind_of(type(container))
        size, length = safe.shallow_size(container) or 0, max(1, len(last_entries(container, 1 << 30)) or 1)
        if kind is dict:
            length = max(1, length // 2)
        elif kind is set:
            length = max(1, len(members(container)))
        lead = _lead_of(objects)
        lead_type = safe.type_name(lead) if lead is not None else None
        rows = census(objects)
        return Cause(
            path=path,
            container_type=safe.type_name(container),
            growth=growth,
            types=tuple(rows),
            lead_type=lead_type if kind not in BUFFERS else safe.type_name(container),
            lead_count=_count_of(rows, lead_type) if kind not in BUFFERS else growth,
            shallow_bytes=sum(row.shallow_bytes for row in rows),
            entry_bytes=1.0 if kind in BUFFERS else size / length,
            site=self._site_of(lead),
            never_evicts=kind in NEVER_EVICT,
            bound=bound_of(container),
            is_buffer=kind in BUFFERS,
        )

    def _chains(self, *, is_only: bool) -> list[Cause]:
        """New objects that no grown container keeps: a linked list, an attribute, or a reference held in C. Weak
        references and the like are a cause only when there is no other."""
        left = [obj for key, obj in self._new.items() if key not in self._claimed]
        rows = [row for row in census(left) if row.count >= self._least]
        lead = _lead_of([obj for obj in left if any(row.type_name == safe.type_name(obj) for row in rows)])
        if lead is None or (_familiarity(type(lead)) == _CONNECTING and not is_only):
            return []
        (path,) = self._paths([lead])
        lead_type = safe.type_name(lead)
        return [
            Cause(
                path=path,
                container_type="chain",
                growth=0,
                types=tuple(rows),
                lead_type=lead_type,
                lead_count=_count_of(rows, lead_type),
                shallow_bytes=sum(row.shallow_bytes for row in rows),
                entry_bytes=0.0,
                site=self._site_of(lead),
                never_evicts=path is not None and path.root_kind == "unknown",
            )
        ]

    def _site_of(self, obj: object | None) -> str | None:
        return None if self._names is None or obj is None else self._names.of_object(obj)


def _is_proportionate(container: object, growth: int, calls: int) -> bool:
    """A buffer counts bytes: it must grow by at least one per call."""
    return kind_of(type(container)) not in BUFFERS or growth >= calls


def _are_weak(entries: list[object]) -> bool:
    """True when a container only got weak references, under plain keys: it follows the growth, it does not cause it."""
    strong = [entry for entry in entries if not safe.is_instance(entry, weakref.ReferenceType)]
    return len(strong) < len(entries) and not any(map(gc.is_tracked, strong))


def _lead_of(objects: list[object]) -> object | None:
    """The object whose class somebody would look for: the first of a class that is not the standard library's, else
    the first that is not built in, else the first at all."""
    ranked: dict[int, object] = {}
    for obj in objects:
        rank = _familiarity(type(obj))
        if rank == 0:
            return obj
        ranked.setdefault(rank, obj)
    return ranked[min(ranked)] if ranked else None


def _familiarity(cls: type) -> int:
    """0 for a program's or a package's own class, 1 for the standard library's, 2 for built-in types, 3 for types that
    only connect others."""
    if any(id(base) in _CONNECTING_TYPES for base in safe.mro(cls)):
        return _CONNECTING
    module, dot, _ = safe.qualified_name(cls).partition(".")
    if not dot:
        return 2
    return 1 if module in sys.stdlib_module_names and module != "__main__" else 0


def _count_of(rows: tuple[TypeCount, ...] | list[TypeCount], type_name: str | None) -> int:
    return sum(row.count for row in rows if row.type_name == type_name)


# --- cyclic garbage ---------------------------------------------------------------------------------------------------


def _cycles(calls: int) -> Generator[int, None, tuple[CycleGroup, ...]]:
    """Groups of cyclic garbage that ``calls`` calls make, by shape, most objects first."""
    gc.collect()
    with garbage.collector_off():
        yield calls
        objects = garbage.take_garbage()
    try:
        return group_cycles(objects)
    finally:
        objects.clear()
        gc.collect()


def group_cycles(objects: list[object]) -> tuple[CycleGroup, ...]:
    """The strongly connected components among ``objects``, equal shapes counted together."""
    graph = garbage.reference_graph(objects)
    groups: dict[str, list[list[int]]] = {}
    for component in strongly_connected(graph):
        shape = _cycle_text([objects[index] for index in shortest_cycle(graph, component)])
        groups.setdefault(shape, []).append(component)
    found = [_cycle_group(shape, components, objects) for shape, components in groups.items()]
    return tuple(sorted(found, key=lambda group: -group.object_count))


def _cycle_group(shape: str, components: list[list[int]], objects: list[object]) -> CycleGroup:
    members_of = [objects[index] for component in components for index in component]
    lead = _lead_of(members_of)
    return CycleGroup(
        shape=shape,
        count=len(components),
        object_count=len(members_of),
        shallow_bytes=sum(safe.shallow_size(obj) or 0 for obj in members_of),
        type_name=safe.type_name(lead),
        has_finalizer=any(garbage.has_finalizer(obj) for obj in members_of),
    )


def _cycle_text(nodes: list[object]) -> str:
    """``Request.response -> Response.request -> Request``: begins at an instance, so that its dict folds away."""
    start = next((index for index, node in enumerate(nodes) if _lead_of([node]) is node and type(node) is not dict), 0)
    turned = [*nodes[start:], *nodes[:start]]
    hops = holders.name_path([*turned, turned[0]])
    text = _short(safe.type_name(turned[0]))
    for hop in hops:
        text += f"{hop.text} -> {_short(hop.type_name)}"
    return text


def _short(type_name: str) -> str:
    return type_name.rpartition(".")[2]
