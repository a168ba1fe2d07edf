"""How long the long-lived containers are, so that one that grew can be told, also when what was added is not tracked.
Touches containers only through the built-in types' own ``__len__``.
"""

from __future__ import annotations

import array as array_module
import gc
import io
import sys
from collections import deque
from collections.abc import Callable, Iterable
from itertools import compress, islice
from typing import Any

from leakscope.heap import safe

#: How to measure each kind of container; growth of one entry counts as one, of a buffer as one byte.
LENGTHS: dict[type, Callable[[Any], int]] = {
    dict: dict.__len__,
    list: list.__len__,
    set: set.__len__,
    deque: deque.__len__,
    bytearray: bytearray.__len__,
    io.BytesIO: sys.getsizeof,
    io.StringIO: sys.getsizeof,
    array_module.array: array_module.array.__len__,
}
#: What keeps every entry until somebody removes it and is not used as a cache: growth of it never stops by itself.
NEVER_EVICT: frozenset[type] = frozenset({list, set})
BUFFERS: frozenset[type] = frozenset({bytearray, io.BytesIO, io.StringIO, array_module.array})
#: By identity: a look-up by the class itself would run a metaclass's ``__hash__``.
_KIND_IDS = frozenset(map(id, LENGTHS))


def kind_of(cls: type) -> type | None:
    """The built-in container type that ``cls`` is or derives from, else ``None``."""
    for base in safe.mro(cls):
        if id(base) in _KIND_IDS:
            return base
    return None


class ContainerLengths:
    """Lengths of all containers at one instant, by id. Holds no container."""

    __slots__ = ("_lengths",)

    def __init__(self) -> None:
        self._lengths = {id(container): length(container) for container, length in _containers()}

    def grown(self, least: int, new_ids: frozenset[int]) -> list[tuple[object, int]]:
        """The containers that were there and are at least ``least`` longer now, most growth first; ``new_ids`` are the
        objects made since, whose addresses may have belonged to another container."""
        found = []
        for container, length in _containers():
            before = self._lengths.get(id(container))
            if before is not None and id(container) not in new_ids:
                growth = length(container) - before
                if growth >= least:
                    found.append((container, growth))
        return sorted(found, key=lambda row: -row[1])

    def own_ids(self) -> frozenset[int]:
        """Ids of what this object is made of, for searches to leave out."""
        return frozenset((id(self), id(self._lengths)))


def _containers() -> list[tuple[object, Callable[[Any], int]]]:
    """Every container that the collector tracks or that a tracked object refers to directly, once each."""
    tracked = gc.get_objects()
    candidates = tracked + gc.get_referents(*tracked)
    types = {id(cls): cls for cls in map(type, candidates)}
    lengths = {key: LENGTHS[kind] for key, cls in types.items() if (kind := kind_of(cls)) is not None}
    type_ids = map(id, map(type, candidates))
    unique = {id(obj): obj for obj in compress(candidates, map(lengths.__contains__, type_ids))}
    return [(obj, lengths[id(type(obj))]) for obj in unique.values()]


def last_entries(container: object, count: int) -> list[object]:
    """The ``count`` entries added last, of a dict its values and then its keys; a set has no order: empty."""
    kind = kind_of(type(container))
    items: Iterable[Any]
    if kind is dict:
        values = list(dict.values(container))[-count:]  # type: ignore[arg-type]  # a dict by its mro
        return values + list(dict.keys(container))[-count:]  # type: ignore[arg-type]  # as above
    if kind is list:
        return list.__getitem__(container, slice(-count, None))  # type: ignore[arg-type]  # a list by its mro
    if kind is deque:
        items = islice(deque.__reversed__(container), count)  # type: ignore[arg-type]  # a deque by its mro
        return list(items)
    return []


def members(container: object) -> list[object]:
    """All members of a set; empty for other kinds."""
    return list(set.__iter__(container)) if kind_of(type(container)) is set else []  # type: ignore[arg-type]  # see left
