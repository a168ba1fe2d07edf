"""Strongly connected components and shortest cycles of a directed graph of integers. Pure and iterative."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence

Graph = Mapping[int, Sequence[int]]


def strongly_connected(graph: Graph) -> list[list[int]]:
    """The components that hold a cycle (more than one node, or a node with an edge to itself), by Tarjan's algorithm.

    Edges to nodes that are no key of ``graph`` are left out.
    """
    index: dict[int, int] = {}
    low: dict[int, int] = {}
    on_stack: set[int] = set()
    stack: list[int] = []
    found: list[list[int]] = []
    for root in graph:
        if root in index:
            continue
        work = [(root, iter(graph[root]))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        while work:
            node, children = work[-1]
            for child in children:
                if child not in graph:
                    continue
                if child not in index:
                    index[child] = low[child] = len(index)
                    stack.append(child)
                    on_stack.add(child)
                    work.append((child, iter(graph[child])))
                    break
                if child in on_stack:
                    low[node] = min(low[node], index[child])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    component = _pop_component(node, stack, on_stack)
                    if len(component) > 1 or node in graph[node]:
                        found.append(component)
    return found


def _pop_component(node: int, stack: list[int], on_stack: set[int]) -> list[int]:
    component: list[int] = []
    while True:
        member = stack.pop()
        on_stack.discard(member)
        component.append(member)
        if member == node:
            return component


def shortest_cycle(graph: Graph, component: Sequence[int], *, start_limit: int = 30) -> list[int]:
    """The nodes of a shortest cycle inside a component, in order, found from its first ``start_limit`` nodes."""
    members = set(component)
    best: list[int] = []
    for start in component[:start_limit]:
        cycle = _cycle_through(graph, members, start)
        if cycle and (not best or len(cycle) < len(best)):
            best = cycle
        if len(best) == 1:
            break
    return best


def _cycle_through(graph: Graph, members: set[int], start: int) -> list[int]:
    parents = {start: start}
    queue = deque([start])
    while queue:
        node = queue.popleft()
        for child in graph[node]:
            if child == start:
                cycle = [node]
                while cycle[-1] != start:
                    cycle.append(parents[cycle[-1]])
                return cycle[::-1]
            if child in members and child not in parents:
                parents[child] = node
                queue.append(child)
    return []
