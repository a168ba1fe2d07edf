"""Joins the search, the shortest paths and the naming: from live suspects to paths made of text only."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from leakscope.analysis import paths
from leakscope.heap import holders, roots
from leakscope.heap.referrers import ReferrerSearch
from leakscope.model.retention import Hop, ReferrerPath

#: ``os.environ`` keeps its entries in the dict that the C module made.
_ALIASES = {"posix": "os", "nt": "os"}


@dataclass(frozen=True, slots=True)
class SearchResult:
    """``paths[i]`` says why suspect ``i`` is alive; ``None`` where the search found no root. ``notes`` say what was
    not looked at."""

    paths: tuple[ReferrerPath | None, ...]
    notes: tuple[str, ...]
    is_complete: bool


def find_paths(
    suspects: Sequence[object],
    *,
    ignore_ids: Collection[int] = frozenset(),
    budget_seconds: float = 5.0,
    clock: Callable[[], float] = time.perf_counter,
    frontier_limit: int = 200,
    skips_caller_globals: bool = False,
) -> SearchResult:
    """The best path to each suspect: from a module or class where there is one, else from what the interpreter
    keeps, else from a running frame. Nothing of the suspects stays referenced by the result.

    ``ignore_ids`` are the ids of containers of the caller's own; the sequence of suspects itself is always ignored.
    ``skips_caller_globals``: globals of calling module level code that are bound to a suspect itself count only
    when nothing else holds it. The heap must not be frozen (``gc.freeze``): the search would not see it.
    """
    try:
        with ReferrerSearch(
            suspects, ignore_ids, budget_seconds, clock, frontier_limit, skips_caller_globals
        ) as search:
            search.run()
            numbered = paths.shortest_paths(search.children, search.ranks, search.targets)
            return SearchResult(_name_all(search, numbered), tuple(search.notes), search.is_complete)
    finally:
        del suspects  # a traceback that somebody keeps must not keep them


def _name_all(search: ReferrerSearch, numbered: Sequence[tuple[int, ...] | None]) -> tuple[ReferrerPath | None, ...]:
    found = [path for path in numbered if path is not None]
    named = holders.name_paths(
        [search.live_path(path) for path in found], [_context(search.root(path[0])) for path in found]
    )
    named_by_end = {path[-1]: _path(search.root(path[0]), hops) for path, hops in zip(found, named, strict=True)}
    return tuple(named_by_end[path[-1]] if path is not None else None for path in numbered)


def _context(root: roots.Root) -> str:
    """What the root's name says of the keys below it: a module's name says nothing, a class's or variable's does."""
    return "" if root.kind == "module" else root.text.rpartition(".")[2]


def _path(root: roots.Root, hops: tuple[Hop, ...]) -> ReferrerPath:
    text = _ALIASES.get(root.text, root.text) if hops and hops[0].text == ".environ" else root.text
    if root.variable and not hops:
        text = f"only your variable {root.variable} holds it"
    elif hops and hops[0].kind == "context_variable":
        text, hops = hops[0].text.strip(".<>"), hops[1:]
    elif any(hop.kind == "thread_local" for hop in hops):
        text = f"thread-local {text}"
    return ReferrerPath(text, root.kind, hops)
