"""Rules for the built-in containers and their subclasses: which index, key or member the child is.

Entries are read with the base class's own C methods, so an overridden ``items`` or ``__iter__`` never runs.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable
from typing import Any

from leakscope.heap import safe
from leakscope.heap.holders import places
from leakscope.heap.holders.places import Place, Rule

_TRIES = 5


def _entries(holder: dict[Any, Any], wanted: Collection[int], of_value: Callable[[object], Place]) -> dict[int, Place]:
    found: dict[int, Place] = {}
    try:
        _scan(dict.items(holder), wanted, of_value, found)
    except RuntimeError:  # another thread changes it: a copy is made in one step, but doubles a big dict
        _scan(safe.dict_items(holder), wanted, of_value, found)
    return found


def _scan(
    items: Iterable[tuple[object, object]],
    wanted: Collection[int],
    of_value: Callable[[object], Place],
    found: dict[int, Place],
) -> None:
    as_keys: dict[int, Place] = {}
    for key, value in items:
        if id(value) in wanted and id(value) not in found:
            found[id(value)] = of_value(key)
            if len(found) == len(wanted):
                return
        if id(key) in wanted:
            as_keys[id(key)] = places.dict_key(key)
    for identity, place in as_keys.items():
        found.setdefault(identity, place)


def dict_entries(holder: dict[Any, Any], wanted: Collection[int]) -> dict[int, Place]:
    """Values by their key; an object that is only a key as a key."""
    return _entries(holder, wanted, places.dict_value)


def namespace_entries(holder: dict[Any, Any], wanted: Collection[int]) -> dict[int, Place]:
    """The entries of an instance's, class's or module's own dict, which people write as attributes."""
    return _entries(holder, wanted, places.attribute)


def _sequence(kind: str, iterate: Callable[[Any], Iterable[object]]) -> Rule:
    def positions(holder: Any, wanted: Collection[int]) -> dict[int, Place]:
        found: dict[int, Place] = {}
        for _ in range(_TRIES):
            try:
                for position, item in enumerate(iterate(holder)):
                    if id(item) in wanted and id(item) not in found:
                        found[id(item)] = places.index(kind, position)
                        if len(found) == len(wanted):
                            break
            except RuntimeError:  # a deque that another thread changes
                continue
            break
        return found

    return positions


def _members(base: type) -> Rule:
    place = places.fixed("set_member", f".<{base.__name__} member>")
    iterate = base.__dict__["__iter__"]

    def members(holder: Any, wanted: Collection[int]) -> dict[int, Place]:
        for _ in range(_TRIES):
            try:
                return {id(item): place for item in iterate(holder) if id(item) in wanted}
            except RuntimeError:
                continue
        return {}

    return members


CONTAINER_RULES: dict[type, Rule] = {
    dict: dict_entries,
    list: _sequence("list_item", list.__iter__),
    tuple: _sequence("tuple_item", tuple.__iter__),
    deque: _sequence("deque_item", deque.__iter__),
    set: _members(set),
    frozenset: _members(frozenset),
}
