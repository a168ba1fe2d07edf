"""Which container, or which chain of objects, keeps each new object alive. Touches live objects through heap; what
leaves is ``Cause`` values.
"""

from __future__ import annotations

import gc
import sys
import time
import tracemalloc
import types
import weakref
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace

from leakscope.heap import holders, safe, sites, untracked
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
from leakscope.heap.sites import SiteNames
from leakscope.holder_paths import find_paths
from leakscope.model.evidence import Cause
from leakscope.model.retention import ReferrerPath
from leakscope.model.snapshot import TypeCount

CONTAINER_LIMIT = 12
_CONNECTING = 3
REACH_LIMIT = 20_000
#: Of the time left, for one search: naming its paths and the searches after it need the rest.
SEARCH_SHARE = 0.6
#: Types that hold things together: a reader looks for what they hold.
_CONNECTING_TYPES = frozenset(
    map(id, (weakref.ReferenceType, types.CellType, types.FrameType, types.MethodType, types.FunctionType))
)


@dataclass(frozen=True, slots=True)
class Effort:
    """What pass two may do: sites, holders, until when on which clock, and how long a call takes."""

    sites: bool
    holders: bool
    deadline: float
    call_seconds: float
    clock: Callable[[], float] = time.perf_counter

    def seconds_left(self) -> float:
        """Never negative."""
        return max(0.0, self.deadline - self.clock())


@dataclass(frozen=True, slots=True)
class Window:
    """The calls of the window, those made between measuring the containers and its start, how much something must grow
    to matter, the lengths then, and which hidden tables grew."""

    calls: int
    warm_up: int
    least_growth: int
    effort: Effort
    lengths: ContainerLengths
    hidden_tables: tuple[str, ...] = ()


@dataclass(slots=True)
class _Grown:
    """A container that grew, by how much, what new objects that keeps alive, and which row before it keeps most of the
    same (None: it is a cause of its own)."""

    container: object
    growth: int
    objects: list[object]
    owner: int | None = None


class CauseFinder:
    """Finds out which old container, or which chain, keeps each new object. ``look`` while allocations are traced, then
    ``causes`` when they are not: searching makes many. Holds the objects until ``close``."""

    def __init__(self, new: list[object], window: Window, *, is_traced: bool) -> None:
        self._new = {id(obj): obj for obj in new}
        #: What the search must not find: these containers of ours hold the suspects too.
        self._own_ids = {id(self._new), id(new)}
        self._claimed: dict[int, int] = {}
        self._window = window
        self._effort = window.effort
        self._is_traced = is_traced
        self._least = window.least_growth
        self._grown: list[_Grown] = []
        self._chain: list[object] = []
        self._traces: dict[int, tracemalloc.Traceback | None] = {}
        self._names = SiteNames()
        self.notes: list[str] = []

    def close(self) -> None:
        self._new.clear()
        self._grown.clear()
        self._chain.clear()

    def look(self, own_ids: frozenset[int]) -> None:
        """Which containers grew, what each keeps, and where the leading objects were made."""
        calls, warm_up = self._window.calls, self._window.warm_up
        grown = [
            (container, round(growth * calls / (calls + warm_up)))
            for container, growth in self._window.lengths.grown(self._least)
            if id(container) not in own_ids and _is_proportionate(container, growth, calls)
        ]
        rows = [(container, growth, self._entries(container, growth)) for container, growth in grown[:CONTAINER_LIMIT]]
        strong = [row for row in rows if not _are_weak(row[2])] or rows
        self._grown = [_Grown(container, growth, self._reach(entries)) for container, growth, entries in strong]
        self._grown.sort(key=lambda row: -len(row.objects))
        for position, row in enumerate(self._grown):
            row.owner = self._owner_of(row.objects)
            for obj in row.objects:
                self._claimed.setdefault(id(obj), position)
        self._chain = [obj for key, obj in self._new.items() if key not in self._claimed]
        for objects in (*(row.objects for row in self._grown), self._frequent()):
            lead = lead_of(objects)
            self._traces[id(lead)] = sites.traceback_of(lead) if self._is_traced and lead is not None else None

    def _owner_of(self, objects: list[object]) -> int | None:
        owners = Counter(self._claimed[id(obj)] for obj in objects if id(obj) in self._claimed)
        owner, shared = owners.most_common(1)[0] if owners else (None, 0)
        return owner if shared >= 0.5 * sum(1 for obj in objects if id(obj) in self._new) else None

    def causes(self) -> tuple[Cause, ...]:
        """One per container, those that keep the same as an earlier one named beside it; and the chain."""
        for row in self._grown:
            self._own_ids.update((id(row), id(row.objects)))
        self._own_ids.update((id(self._grown), id(self._chain)))
        containers = [row.container for row in self._grown]
        paths = self._paths(containers)
        del containers
        found: dict[int, Cause] = {}
        for position, (row, path) in enumerate(zip(self._grown, paths, strict=True)):
            if row.owner in found and path is not None:
                owner = found[row.owner]
                found[row.owner] = replace(owner, also_held_by=(*owner.also_held_by, str(path)))
            else:
                found[position] = self._cause(row, path)
        return (*found.values(), *self._chains(is_only=not found))

    def only_buffer(self) -> object | None:
        """The one buffer that grew; None when there is none, or more than one."""
        buffers = [row.container for row in self._grown if kind_of(type(row.container)) in BUFFERS]
        return buffers[0] if len(buffers) == 1 else None

    def _entries(self, container: object, growth: int) -> list[object]:
        """What was added to a container: the new ones among its last entries, since shared values (small ints, None)
        tell nothing and are found under other keys too; all of them where none is known to be new."""
        results = [result for result in cached_results(container) if self._is_new(result)]
        entries = [*results, *last_entries(container, growth)] or members(container)
        return [entry for entry in entries if self._is_new(entry)] or entries

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
        return self._is_traced and not gc.is_tracked(obj) and sites.is_traced(obj)

    def _paths(self, objects: list[object]) -> list[ReferrerPath | None]:
        if not self._effort.holders or not objects:
            return [None] * len(objects)
        result = find_paths(
            objects,
            ignore_ids=frozenset((*self._own_ids, id(objects))),
            budget_seconds=SEARCH_SHARE * self._effort.seconds_left(),
        )
        self.notes.extend(result.notes)
        return list(result.paths)

    def _cause(self, row: _Grown, path: ReferrerPath | None) -> Cause:
        container, growth, objects = row.container, row.growth, row.objects
        if path is not None and path.root_kind == "unknown":
            path = self._in_hidden_table(path, container)
        if path is not None and objects and kind_of(type(container)) not in BUFFERS:
            path = replace(path, hops=(*path.hops, holders.name_edge(container, objects[0], str(path))))
        kind = kind_of(type(container))
        size, length = safe.shallow_size(container) or 0, max(1, len(last_entries(container, 1 << 30)) or 1)
        if kind is dict:
            length = max(1, length // 2)
        elif kind is set:
            length = max(1, len(members(container)))
        lead = lead_of(objects)
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
        rows = [row for row in census(self._chain) if row.count >= self._least]
        lead = lead_of(self._frequent())
        if lead is None or (_familiarity(type(lead)) == _CONNECTING and not is_only):
            return []
        (path,) = self._paths([lead])
        if path is not None and path.root_kind == "unknown":
            path = self._in_hidden_table(path, None)
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

    def _in_hidden_table(self, path: ReferrerPath, container: object) -> ReferrerPath:
        """The path from what C code holds, with the name of its table where that is known."""
        if untracked.is_at_fork_table(container):
            return replace(path, root="os.register_at_fork hooks", root_kind="special")
        tables = " or ".join(self._window.hidden_tables)
        return replace(path, root=tables, root_kind="special") if tables else path

    def _frequent(self) -> list[object]:
        """The objects in no container whose type is new often enough to matter."""
        types = {row.type_name for row in census(self._chain) if row.count >= self._least}
        return [obj for obj in self._chain if safe.type_name(obj) in types]

    def _site_of(self, lead: object | None) -> str | None:
        traceback = self._traces.get(id(lead))
        return None if traceback is None else self._names.of_frames(traceback)


def _is_proportionate(container: object, growth: int, calls: int) -> bool:
    """A buffer counts bytes: it must grow by at least one per call."""
    return kind_of(type(container)) not in BUFFERS or growth >= calls


def _are_weak(entries: list[object]) -> bool:
    """True when a container only got weak references, under plain keys: it follows the growth, it does not cause it."""
    strong = [entry for entry in entries if not safe.is_instance(entry, weakref.ReferenceType)]
    return len(strong) < len(entries) and not any(map(gc.is_tracked, strong))


def lead_of(objects: list[object]) -> object | None:
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
