"""Trees with parent links while the collector is off; the twin's links are weak."""

from __future__ import annotations

import gc
import weakref

gc.disable()


class Node:
    def __init__(self, parent: Node | weakref.ref[Node] | None = None) -> None:
        self.parent = parent
        self.children: list[Node] = []


def leak() -> None:
    root = Node()  # allocated here
    root.children.append(Node(root))  # allocated here


def clean() -> None:
    root = Node()
    root.children.append(Node(weakref.ref(root)))


KINDS = {"cyclic_garbage"}
TYPES = {"gc_disabled_cycles.Node"}
# Nothing holds a cycle but itself.
HOLDER = None
