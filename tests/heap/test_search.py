"""The search itself: which holder wins, shared ones, caps, budgets, and a heap that other threads change."""

from __future__ import annotations

import asyncio
import gc
import sys
import threading
import types
import weakref

import pytest

from leakscope.heap import holders, safe
from leakscope.holder_paths import find_paths


class Target:
    pass


class Node:
    def __init__(self, following=None):
        self.next = following


@pytest.fixture
def app():
    module = types.ModuleType("app")
    sys.modules["app"] = module
    yield module
    module.__dict__.clear()
    del sys.modules["app"]


def paths_of(*suspects, **options):
    return [path and str(path) for path in find_paths(suspects, **options).paths]


def test_no_suspects():
    result = find_paths([])
    assert (result.paths, result.notes, result.is_complete) == ((), (), True)


def test_the_shortest_path_wins(app):
    app.ITEM = Target()
    app.NESTED = [[app.ITEM]]
    assert paths_of(app.ITEM) == ["app.ITEM"]


def test_a_module_wins_over_a_nearer_frame(app):
    box = [Target()]
    app.NESTED = [[[box[0]]]]
    assert paths_of(box[0]) == ["app.NESTED[0][0][0]"]


def test_every_suspect_has_its_own_path(app):
    app.A, app.B = [Target()], {"k": Target()}
    assert paths_of(app.A[0], app.B["k"], app.A[0]) == ["app.A[0]", "app.B['k']", "app.A[0]"]


def test_one_suspect_may_hold_another(app):
    app.HEAD = Node(Node())
    assert paths_of(app.HEAD, app.HEAD.next) == ["app.HEAD", "app.HEAD.next"]


def test_a_cycle_alone_is_no_holder():
    nodes = [Node(), Node()]
    nodes[0].next, nodes[1].next = nodes[1], nodes[0]
    result = find_paths(nodes, ignore_ids={id(nodes)})
    assert result.is_complete
    assert [path and path.root_kind for path in result.paths] != ["module", "module"]


def test_ignored_containers_hold_nothing(app):
    app.REAL = [Target()]
    app.IGNORED = {"x": app.REAL[0]}
    assert paths_of(app.REAL[0], ignore_ids={id(app.REAL)}) == ["app.IGNORED['x']"]


def test_a_class_that_is_a_suspect_is_no_root_for_itself(app):
    app.Local = type("Local", (), {"__module__": "app"})
    assert paths_of(app.Local) == ["app.Local"]
    assert find_paths([app.Local]).paths[0].root_kind == "module"


def test_a_frontier_above_the_limit_is_searched_completely(app):
    app.ITEMS = {number: [[Target()]] for number in range(50)}
    suspects = [item[0][0] for item in app.ITEMS.values()]
    result = find_paths(suspects, frontier_limit=10)
    assert result.is_complete
    assert [str(path) for path in result.paths] == [f"app.ITEMS[{number}][0][0]" for number in range(50)]


def test_the_budget_ends_a_search_with_a_note(app):
    head = None
    for _ in range(400):
        head = Node(head)
    app.HEAD = head
    while head.next is not None:
        head = head.next
    readings = iter(range(10_000))
    result = find_paths([head], budget_seconds=10, clock=lambda: next(readings))
    assert not result.is_complete
    assert "time budget" in result.notes[0]


def test_a_deep_chain_is_followed(app):
    head = None
    for _ in range(300):
        head = Node(head)
    app.HEAD = head
    while head.next is not None:
        head = head.next
    assert paths_of(head, budget_seconds=60) == ["app.HEAD.next<297 more>.next"]


def test_unbounded_types_do_not_keep_the_search_alive(app):
    app.ITEM = Target()
    reference = weakref.ref(app.ITEM)
    result = find_paths([app.ITEM])
    del app.ITEM
    assert reference() is None
    assert result.paths[0] is not None


def test_a_heap_that_other_threads_change(app):
    app.STABLE = {"k": [Target()]}
    app.BUSY = {"k": app.STABLE["k"]}
    app.QUEUE = []
    stop = threading.Event()

    def change(number):
        count = 0
        while not stop.is_set():
            count += 1
            app.BUSY[(number, count % 500)] = [app.STABLE["k"]]
            app.BUSY.pop((number, (count * 7) % 500), None)
            app.QUEUE.append([app.STABLE["k"][0]])
            if len(app.QUEUE) > 200:
                app.QUEUE.clear()

    threads = [threading.Thread(target=change, args=(number,), daemon=True) for number in range(3)]
    switch = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    for thread in threads:
        thread.start()
    try:
        for _ in range(10):
            path = find_paths([app.STABLE["k"][0]], budget_seconds=30).paths[0]
            assert path is not None
            assert path.root in ("app", "thread-local app") or path.root.startswith("change()")
    finally:
        stop.set()
        for thread in threads:
            thread.join()
        sys.setswitchinterval(switch)


SAMPLES = [
    lambda: {"k": [1], Target(): 2},
    lambda: [Target()],
    lambda: (Target(), [1]),
    lambda: {Target()},
    lambda: frozenset([Target()]),
    lambda: Node(Target()),
    lambda: lambda x=Target(), *, k=[1]: (x, k),  # noqa: B008
    lambda: Node().__init__,
    lambda: [1].append,
    lambda: types.MappingProxyType({"k": Target()}),
    lambda: property(lambda self: 1),
    lambda: staticmethod(lambda: 1),
    lambda: classmethod(lambda cls: 1),
    lambda: types.SimpleNamespace(x=Target()),
    lambda: ValueError(Target()),
    lambda: Node,
    lambda: sys,
    lambda: iter([Target()]),
    lambda: (x for x in [Target()]),
    lambda: slice(Target(), None),
    lambda: weakref.ref(Node, lambda ref: None),
    lambda: sys._getframe(),
]


@pytest.mark.parametrize("make", SAMPLES)
def test_every_referent_gets_a_name(make):
    holder = make()
    for child in safe.referents(holder):
        hop = holders.name_edge(holder, child)
        assert hop.text
        assert hop.shape
        assert hop.type_name


def test_every_rule_has_a_name_for_every_referent():
    """Walks live objects of each type that has a rule: what the collector sees must have a name."""
    seen = {}
    for obj in gc.get_objects():
        rule_type = next((cls for cls in type(obj).__mro__ if cls in holders.HOLDER_RULES), None)
        if rule_type is not None and seen.setdefault(rule_type, 0) < 50 and not isinstance(obj, types.FrameType):
            seen[rule_type] += 1
            for child in safe.referents(obj)[:200]:
                assert holders.name_edge(obj, child).text
    assert len(seen) >= 6


def test_a_search_of_the_whole_heap_leaves_the_free_list_of_asyncio_alone(app):
    async def sleep():
        await asyncio.sleep(0.001)

    app.ITEMS = [Target() for _ in range(5)]
    for _ in range(3):
        asyncio.run(sleep())
        assert find_paths(list(app.ITEMS), frontier_limit=1).is_complete
        gc.collect()
