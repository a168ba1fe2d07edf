"""What only the cyclic collector can free: one collection under DEBUG_SAVEALL, everything restored. Touches gc."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from leakscope.heap import safe


@contextmanager
def collector_off() -> Iterator[None]:
    """Automatic collection off inside the block, then as it was."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def take_garbage() -> list[object]:
    """Collects once and gives the unreachable objects instead of freeing them; dropping the list and collecting again
    frees them. Finalizers have run and weak references are cleared by then. The user's gc.garbage and flags stay.
    """
    flags = gc.get_debug()
    kept = len(gc.garbage)
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        gc.collect()
    finally:
        gc.set_debug(flags)
    found = gc.garbage[kept:]
    del gc.garbage[kept:]
    return found


def reference_graph(objects: list[object]) -> dict[int, list[int]]:
    """Who refers to whom among ``objects``, by position in the list."""
    position = {id(obj): index for index, obj in enumerate(objects)}
    graph: dict[int, list[int]] = {}
    for index, obj in enumerate(objects):
        graph[index] = [position[id(child)] for child in safe.referents(obj) if id(child) in position]
    return graph


def has_finalizer(obj: object) -> bool:
    """True when the object's type defines ``__del__``."""
    return safe.find_in_class(type(obj), "__del__") is not None
