"""Classes of the process and their live instances, found without asking any metaclass."""

from __future__ import annotations

import gc
from collections.abc import Iterable

_HAVE_GC = 1 << 14  # Py_TPFLAGS_HAVE_GC
_FLAGS = type.__dict__["__flags__"]
_SUBCLASSES = type.__dict__["__subclasses__"]


def is_collected_type(cls: type) -> bool:
    """Whether instances take part in garbage collection, and so can be listed."""
    return bool(_FLAGS.__get__(cls) & _HAVE_GC)


def with_subclasses(classes: Iterable[type]) -> list[type]:
    """The classes and everything derived from them, each once."""
    found: dict[int, type] = {}
    waiting = list(classes)
    while waiting:
        cls = waiting.pop()
        if id(cls) not in found:
            found[id(cls)] = cls
            waiting.extend(_SUBCLASSES(cls))
    return list(found.values())


def all_types() -> list[type]:
    """Every class there is."""
    return with_subclasses([object])


def instances_of(classes: Iterable[type]) -> list[object]:
    """The tracked live instances, those of subclasses too, oldest first as the collector lists them."""
    wanted = {id(cls) for cls in with_subclasses(classes)}
    everything = gc.get_objects()
    try:
        return [obj for obj in everything if id(type(obj)) in wanted]
    finally:
        everything.clear()  # on an exception too: a kept traceback must not keep the heap
