"""Cyclic garbage by shape: what some calls make that only the collector frees, with the edges named. Touches gc,
restored; what leaves is ``CycleGroup`` values.
"""

from __future__ import annotations

import gc
from collections.abc import Generator

from leakscope.analysis.components import shortest_cycle, strongly_connected
from leakscope.causes import lead_of
from leakscope.heap import garbage, holders, safe
from leakscope.heap.sites import SiteNames
from leakscope.model.evidence import CycleGroup


def cycles_of_calls(calls: int) -> Generator[int, None, tuple[CycleGroup, ...]]:
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
    names = SiteNames()
    found = [_cycle_group(shape, components, objects, names) for shape, components in groups.items()]
    return tuple(sorted(found, key=lambda group: -group.object_count))


def _cycle_group(shape: str, components: list[list[int]], objects: list[object], names: SiteNames) -> CycleGroup:
    members_of = [objects[index] for component in components for index in component]
    lead = lead_of(members_of)
    return CycleGroup(
        shape=shape,
        count=len(components),
        object_count=len(members_of),
        shallow_bytes=sum(safe.shallow_size(obj) or 0 for obj in members_of),
        type_name=safe.type_name(lead),
        has_finalizer=any(garbage.has_finalizer(obj) for obj in members_of),
        site=names.of_object(lead),
    )


def _cycle_text(nodes: list[object]) -> str:
    """``Request.response -> Response.request -> Request``: begins at an instance, so that its dict folds away."""
    start = next((index for index, node in enumerate(nodes) if lead_of([node]) is node and type(node) is not dict), 0)
    turned = [*nodes[start:], *nodes[:start]]
    hops = holders.name_path([*turned, turned[0]])
    text = _short(safe.type_name(turned[0]))
    for hop in hops:
        text += f"{hop.text} -> {_short(hop.type_name)}"
    return text


def _short(type_name: str) -> str:
    return type_name.rpartition(".")[2]
