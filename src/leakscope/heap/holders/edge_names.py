"""Names of single edges, each holder looked through once for all its children that are wanted."""

from __future__ import annotations

import gc
import itertools
import types
from collections.abc import Collection, Iterable, Mapping, Sequence

from leakscope.heap import safe
from leakscope.heap.holders import attributes, places
from leakscope.heap.holders.attributes import attributes as ordinary_attributes
from leakscope.heap.holders.containers import CONTAINER_RULES, namespace_entries
from leakscope.heap.holders.executions import EXECUTION_RULES, LocalNames, local_names
from leakscope.heap.holders.places import Place, Rule

#: The rule of a holder is that of the first class along its mro. What a container does not hold as an entry, and
#: everything that no rule knows, is looked for among the attributes.
HOLDER_RULES: dict[type, Rule] = {
    **CONTAINER_RULES,
    **EXECUTION_RULES,
    types.FunctionType: attributes.function_parts,
    object: ordinary_attributes,
}


def find_places(holder: object, wanted: Collection[int]) -> dict[int, Place]:
    """Where the holder holds each of the wanted ids, as far as the rules along its mro know."""
    found: dict[int, Place] = {}
    missing: Collection[int] = wanted
    for base in safe.mro(type(holder)):
        rule = safe.by_type(HOLDER_RULES, base)
        if rule is not None:
            for identity, place in rule(holder, missing).items():
                found.setdefault(identity, place)
            missing = frozenset(wanted) - found.keys()
            if not missing:
                break
    return found


def unnamed(child: object) -> Place:
    """``` -> Page```: held by something that no rule can look into."""
    return places.fixed("reference", f" -> {safe.type_name(child)}")


class EdgeNames:
    """Looks up places for the edges of some paths. Lives for one naming only: it keeps ids, which are true as long
    as the caller holds the objects."""

    __slots__ = ("_keys", "_locals", "_namespaces", "_places", "_wanted")

    def __init__(self, paths: Iterable[Sequence[object]]) -> None:
        self._wanted: dict[int, set[int]] = {}
        for nodes in paths:
            for holder, child in itertools.pairwise(nodes):
                self._wanted.setdefault(id(holder), set()).add(id(child))
        self._places: dict[int, dict[int, Place]] = {}
        self._namespaces: dict[int, dict[int, Place]] = {}
        self._locals: dict[int, LocalNames | None] = {}
        self._keys: dict[int, frozenset[int]] = {}

    def place(self, holder: object, child: object) -> Place:
        """The place of one edge."""
        found = self._places.get(id(holder))
        if found is None:
            found = self._places[id(holder)] = find_places(holder, self._wanted.get(id(holder)) or {id(child)})
        return found.get(id(child)) or unnamed(child)

    def in_namespace(self, namespace: object, child: object) -> Place | None:
        """The attribute of an instance, class or module whose own dict this is."""
        found = self._namespaces.get(id(namespace))
        if found is None:
            wanted = self._wanted.get(id(namespace)) or {id(child)}
            found = namespace_entries(namespace, wanted) if type(namespace) is dict else {}
            self._namespaces[id(namespace)] = found
        return found.get(id(child))

    def locals_of(self, holder: object) -> LocalNames | None:
        """The variables of a resting frame or its owner."""
        if id(holder) not in self._locals:
            self._locals[id(holder)] = local_names(holder)
        return self._locals[id(holder)]

    def is_key(self, mapping: Mapping[object, object], child: object) -> bool:
        """Whether the child is a key of the exact dict."""
        if id(mapping) not in self._keys:
            self._keys[id(mapping)] = frozenset(id(key) for key, _ in safe.dict_items(mapping))  # type: ignore[arg-type]
        return id(child) in self._keys[id(mapping)]

    def is_lru_key(self, wrapper: object, child: object) -> bool:
        """Whether the child is a key of the cache of a ``functools.lru_cache`` wrapper."""
        own = attributes.namespace_of(wrapper)
        caches = [found for found in gc.get_referents(wrapper) if type(found) is dict and found is not own]
        return any(self.is_key(cache, child) for cache in caches)
