"""Trees with parent links are dropped, and the collector, which is on, frees them."""

from __future__ import annotations


class Node:
    def __init__(self, parent: Node | None = None) -> None:
        self.parent = parent
        self.children: list[Node] = []


def clean() -> None:
    root = Node()
    root.children.append(Node(root))
