"""Shortest paths from ranked roots over a graph of plain ints. Pure: what the numbers stand for is not known here."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence


def shortest_paths(
    children: Mapping[int, Iterable[int]], ranks: Mapping[int, int], targets: Sequence[int]
) -> list[tuple[int, ...] | None]:
    """For each target the shortest path from a root of the best (lowest) rank that reaches it, root first.

    Roots of one rank are tried in the order of ``ranks``; a target that is a root itself has a path of one node.
    ``None`` for a target that no root reaches.
    """
    found: dict[int, tuple[int, ...]] = {}
    missing = set(targets)
    for rank in sorted(set(ranks.values())):
        if not missing:
            break
        parents = _search(children, [root for root, its_rank in ranks.items() if its_rank == rank], set(missing))
        for target in missing.intersection(parents):
            found[target] = _walk_back(parents, target)
        missing.difference_update(found)
    return [found.get(target) for target in targets]


def reachable(children: Mapping[int, Iterable[int]], starts: Iterable[int]) -> set[int]:
    """Everything that can be reached from the starts, these included."""
    seen = set(starts)
    waiting = list(seen)
    while waiting:
        for child in children.get(waiting.pop(), ()):
            if child not in seen:
                seen.add(child)
                waiting.append(child)
    return seen


def _search(children: Mapping[int, Iterable[int]], roots: list[int], missing: set[int]) -> dict[int, int | None]:
    parents: dict[int, int | None] = dict.fromkeys(roots)
    missing.difference_update(parents)
    waiting = deque(roots)
    while waiting and missing:
        node = waiting.popleft()
        for child in children.get(node, ()):
            if child not in parents:
                parents[child] = node
                missing.discard(child)
                waiting.append(child)
    return parents


def _walk_back(parents: Mapping[int, int | None], target: int) -> tuple[int, ...]:
    path = [target]
    at = parents[target]
    while at is not None:
        path.append(at)
        at = parents[at]
    return tuple(reversed(path))
