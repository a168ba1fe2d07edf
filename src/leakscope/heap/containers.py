"""How long the long-lived containers are, so that one that grew can be told, also when what was added is not tracked.
Touches containers only through the built-in types' own ``__len__``.
"""

from __future__ import annotations

import array as array_module
import functools
import gc
import io
import re
import sys
from collections import deque
from collections.abc import Callable
from itertools import compress, islice, pairwise
from operator import gt
from typing import Any

from leakscope.heap import safe


def _bytes_written(stream: io.BytesIO) -> int:
    """Not its size in memory, which grows by an eighth now and then."""
    try:
        with io.BytesIO.getbuffer(stream) as view:
            return view.nbytes
    except ValueError:  # closed
        return 0


def _characters_written(stream: io.StringIO) -> int:
    """Its position: the length of what is only written to."""
    try:
        return io.StringIO.tell(stream)
    except ValueError:  # closed
        return 0


#: How to measure each kind of container; growth of one entry counts as one, of a buffer as one byte.
LENGTHS: dict[type, Callable[[Any], int]] = {
    dict: dict.__len__,
    list: list.__len__,
    set: set.__len__,
    deque: deque.__len__,
    bytearray: bytearray.__len__,
    io.BytesIO: _bytes_written,
    io.StringIO: _characters_written,
    array_module.array: array_module.array.__len__,
}
#: What keeps every entry until somebody removes it and is not used as a cache: growth of it never stops by itself.
NEVER_EVICT: frozenset[type] = frozenset({list, set})
BUFFERS: frozenset[type] = frozenset({bytearray, io.BytesIO, io.StringIO, array_module.array})
#: What classes call the limit of what they hold; a private name has its class before it.
_LIMIT_NAME = re.compile(r"(_+|_\w+__)?(max_?(size|len|length|entries|items)|capacity)", re.IGNORECASE)
#: Nobody waits for a container to reach more than this: it grows for ever.
MOST_ENTRIES = 10_000_000
#: What more objects than this refer to is nobody's own.
MOST_OWNERS = 20
#: The first, one after each batch of the window, the last.
MOST_NOTES = 12
#: Of what a container got since it was first measured; a saw-tooth loses more.
KEPT_SHARE = 0.5
STEADY_SHARE = 0.9
_DEQUE_MAXLEN: Any = deque.__dict__["maxlen"]
_LRU_CACHE: Any = type(functools.lru_cache(lambda: None))


#: By identity: a look-up by the class itself would run a metaclass's ``__hash__``.
_KIND_IDS = frozenset(map(id, LENGTHS))


def kind_of(cls: type) -> type | None:
    """The built-in container type that ``cls`` is or derives from, else ``None``."""
    for base in safe.mro(cls):
        if id(base) in _KIND_IDS:
            return base
    return None


class ContainerLengths:
    """Lengths of all containers at one instant. Keeps the containers alive until ``grown`` is asked, which lets it
    compare without looking at the rest of the heap: that would be slow where allocations are traced."""

    __slots__ = ("_rows",)

    def __init__(self) -> None:
        tracked = gc.get_objects()
        found = _by_kind(tracked)
        for kind, containers in _by_kind(safe.referents_of_all(tracked), only_untracked=True).items():
            found.setdefault(kind, []).extend(containers)
        self._rows = [_Measured(LENGTHS[kind], held) for kind, held in found.items()]

    def note(self) -> None:
        """Measures once more in between: what shrinks on the way does not grow."""
        for row in self._rows:
            row.note()

    def grown(self, least: int) -> list[tuple[object, int]]:
        """The containers that are at least ``least`` longer now and still in use, most growth first: those that kept
        what they got on the way, and only where there are none those that lost some. Lets go of the others: to be
        asked once."""
        only_ours: list[object] = []
        found: list[tuple[object, int, float]] = [(only_ours, 0, 0.0)]
        del only_ours
        for row in self._rows:
            row.note()
            found.extend(row.grown(least))
            row.containers.clear()
        self._rows.clear()
        counts = [sys.getrefcount(row[0]) for row in found]
        in_use = [row for row, count in zip(found, counts, strict=True) if count > counts[0]]
        steady = [row for row in in_use if row[2] >= STEADY_SHARE]
        return sorted(((container, growth) for container, growth, _ in steady or in_use), key=lambda row: -row[1])


class LengthReader:
    """Reads the length of one container again and again, until it is closed."""

    __slots__ = ("_container", "_length")

    def __init__(self, container: Any) -> None:
        kind = kind_of(type(container))
        self._container = container
        self._length: Callable[[Any], int] = LENGTHS[kind] if kind is not None else lambda _: 0

    def __call__(self) -> int:
        return self._length(self._container)

    def close(self) -> None:
        self._container = None
        self._length = lambda _: 0


class _Measured:
    """Containers of one kind and their lengths at up to ``MOST_NOTES`` instants, in arrays made beforehand: they must
    not be among what is new since then."""

    __slots__ = ("_length", "_lengths", "_noted", "containers")

    def __init__(self, length: Callable[[Any], int], containers: list[Any]) -> None:
        self._length = length
        self.containers = containers
        empty = bytes(8 * len(containers))
        self._lengths = [array_module.array("q", empty) for _ in range(MOST_NOTES)]
        self._noted = 0
        self.note()

    def note(self) -> None:
        """Replaces the last one when there is no room for more."""
        at = min(self._noted, MOST_NOTES - 1)
        self._lengths[at][:] = array_module.array("q", list(map(self._length, self.containers)))
        self._noted = at + 1

    def grown(self, least: int) -> list[tuple[object, int, float]]:
        """Each container that is longer, by how much, and what share of all it got on the way that is."""
        noted = self._lengths[: self._noted]
        is_longer = list(map(gt, noted[-1], noted[0]))
        courses = zip(*(compress(column, is_longer) for column in noted), strict=True)
        rows = []
        for container, course in zip(compress(self.containers, is_longer), courses, strict=True):
            growth, got = course[-1] - course[0], sum(max(0, after - before) for before, after in pairwise(course))
            if growth >= max(least, KEPT_SHARE * got):
                rows.append((container, growth, growth / got))
        return rows


def _by_kind(objects: list[Any], *, only_untracked: bool = False) -> dict[type, list[Any]]:
    """The containers among ``objects`` by the built-in type that measures them, once each."""
    types = dict(zip(map(id, map(type, objects)), map(type, objects), strict=True))
    kinds = {key: kind for key, cls in types.items() if (kind := kind_of(cls)) is not None}
    chosen = compress(objects, map(kinds.__contains__, map(id, map(type, objects))))
    found: dict[type, list[Any]] = {}
    for container in {id(obj): obj for obj in chosen if not (only_untracked and gc.is_tracked(obj))}.values():
        found.setdefault(kinds[id(type(container))], []).append(container)
    return found


def bound_of(container: Any) -> tuple[int, int] | None:
    """Entries and limit of a container that knows one: ``deque(maxlen)``, the table of ``lru_cache(maxsize)``, and
    what an instance holds that has a limit among its attributes (``queue.Queue``, cachetools, ``MemoryHandler``)."""
    kind = kind_of(type(container))
    if kind is None or kind in BUFFERS:
        return None
    if kind is deque and (limit := _DEQUE_MAXLEN.__get__(container)) is not None:
        return deque.__len__(container), limit
    wrapper = _lru_cache_of(container) if kind is dict else None
    if wrapper is not None:
        _, _, maxsize, currsize = _LRU_CACHE.cache_info(wrapper)
        return None if maxsize is None else (currsize, maxsize)
    length = LENGTHS[kind](container)
    limits = [limit for owner in (container, *_owners(container)) for limit in _limits_of(owner)]
    fitting = [limit for limit in limits if length <= limit <= MOST_ENTRIES]
    return (length, min(fitting)) if fitting else None


def _owners(container: Any) -> list[Any]:
    """The instances that have the container as an attribute."""
    referrers = gc.get_referrers(container)[:MOST_OWNERS]
    namespaces = [referrer for referrer in referrers if type(referrer) is dict]
    behind = gc.get_referrers(*namespaces)[:MOST_OWNERS] if namespaces else []
    return [owner for owner in (*referrers, *behind) if _has_attribute(owner, container)]


def _has_attribute(owner: Any, value: object) -> bool:
    namespace = safe.instance_dict(owner)
    return namespace is not None and any(held is value for _, held in safe.dict_items(namespace))


def _limits_of(owner: object) -> list[int]:
    """The whole numbers among an instance's attributes, and its class's, whose names are those of a limit."""
    namespaces = [safe.instance_dict(owner), *map(safe.class_dict, safe.mro(type(owner)))]
    items = [item for namespace in namespaces for item in safe.dict_items(namespace or {})]
    return [value for name, value in items if type(value) is int and type(name) is str and _LIMIT_NAME.fullmatch(name)]


def cached_results(container: Any) -> list[object]:
    """What the ``lru_cache`` keeps whose table ``container`` is: the entries themselves show the collector nothing."""
    wrapper = _lru_cache_of(container) if kind_of(type(container)) is dict else None
    return [] if wrapper is None else gc.get_referents(wrapper)


def _lru_cache_of(container: Any) -> Any:
    found = [referrer for referrer in gc.get_referrers(container) if type(referrer) is _LRU_CACHE]
    return found[0] if found else None


def last_entries(container: Any, count: int) -> list[object]:
    """The ``count`` entries added last, of a dict its values and then its keys; a set has no order: empty."""
    kind = kind_of(type(container))
    if kind is dict:
        values: list[object] = list(dict.values(container))[-count:]
        return values + list(dict.keys(container))[-count:]
    if kind is list:
        newest: list[object] = list.__getitem__(container, slice(-count, None))
        return newest
    if kind is deque:
        return list(islice(deque.__reversed__(container), count))
    return []


def members(container: Any) -> list[object]:
    """All members of a set; empty for other kinds."""
    return list(set.__iter__(container)) if kind_of(type(container)) is set else []
