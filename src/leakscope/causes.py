"""Which container, or which chain of objects, keeps each new object alive. Touches live objects through heap; what
leaves is ``Cause`` values.
"""

from __future__ import annotations

import gc
import sys
import time
import types
import weakref
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from leakscope.heap import holders, safe, sites
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


class CauseFinder:
    """Finds out which old container, or which chain, keeps each new object. Holds the objects until ``close``."""

    def __init__(self, new: list[object], window: Window, names: SiteNames | None) -> None:
        self._new = {id(obj): obj for obj in new}
        #: What the search must not find: these containers of ours hold the suspects too.
        self._own_ids = {id(self._new), id(new)}
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
            for container, growth in self._window.lengths.grown(self._least)
            if id(container) not in own_ids and _is_proportionate(container, growth, calls)
        ]
        rows = [(container, growth, self._entries(container, growth)) for container, growth in grown[:CONTAINER_LIMIT]]
        strong = [row for row in rows if not _are_weak(row[2])] or rows
        reached = [(container, growth, self._reach(entries)) for container, growth, entries in strong]
        reached.sort(key=lambda row: -len(row[2]))
        for bookkeeping in (grown, rows, strong, reached):
            self._keep_out(bookkeeping)
        paths = self._paths([container for container, _, _ in reached])
        found: list[Cause] = []
        for (container, growth, objects), path in zip(reached, paths, strict=True):
            self._add(found, container, growth, objects, path)
        found.extend(self._chains(is_only=not found))
        del grown, rows, strong, reached
        return tuple(found)

    def _keep_out(self, rows: Sequence[tuple[object, ...]]) -> None:
        """Hides rows of ours from the search: the list, its tuples, and the lists that these end in."""
        self._own_ids.add(id(rows))
        for row in rows:
            self._own_ids.update((id(row), id(row[-1])))

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
        return self._names is not None and not gc.is_tracked(obj) and sites.is_traced(obj)

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
            hop = holders.name_edge(container, entry, str(path))
            full = replace(path, hops=(*path.hops, hop))
        found.append(self._cause(container, growth, objects, full))

    def _cause(self, container: object, growth: int, objects: list[object], path: ReferrerPath | None) -> Cause:
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
        left = [obj for key, obj in self._new.items() if key not in self._claimed]
        self._own_ids.add(id(left))
        rows = [row for row in census(left) if row.count >= self._least]
        lead = lead_of([obj for obj in left if any(row.type_name == safe.type_name(obj) for row in rows)])
        if lead is None or (_familiarity(type(lead)) == _CONNECTING and not is_only):
            return []
        (path,) = self._paths([lead])
        if path is not None and path.root_kind == "unknown" and self._window.hidden_tables:
            path = replace(path, root=" or ".join(self._window.hidden_tables), root_kind="special")
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
