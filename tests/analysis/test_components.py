from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from leakscope.analysis.components import shortest_cycle, strongly_connected

graphs = st.integers(1, 12).flatmap(
    lambda size: st.lists(st.lists(st.integers(0, size - 1), max_size=4), min_size=size, max_size=size)
)


def reaches(graph, start, goal):
    seen, pending = set(), list(graph[start])
    while pending:
        node = pending.pop()
        if node == goal:
            return True
        if node not in seen:
            seen.add(node)
            pending.extend(graph[node])
    return False


@given(graphs)
def test_components_are_the_nodes_that_reach_each_other(edges):
    graph = dict(enumerate(edges))
    found = strongly_connected(graph)
    members = {node: index for index, component in enumerate(found) for node in component}
    for a in graph:
        assert (a in members) == reaches(graph, a, a)
        for b in graph:
            mutual = a in members and b in members and members[a] == members[b]
            assert mutual == (reaches(graph, a, b) and reaches(graph, b, a))


@given(graphs)
def test_a_shortest_cycle_is_a_cycle_inside_its_component(edges):
    graph = dict(enumerate(edges))
    for component in strongly_connected(graph):
        cycle = shortest_cycle(graph, component)
        assert set(cycle) <= set(component)
        assert len(set(cycle)) == len(cycle)
        for node, following in zip(cycle, [*cycle[1:], cycle[0]], strict=True):
            assert following in graph[node]


def test_a_deep_graph_needs_no_recursion():
    size = 100_000
    graph = {node: [(node + 1) % size] for node in range(size)}
    assert len(strongly_connected(graph)[0]) == size
