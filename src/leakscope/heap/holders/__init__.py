"""Naming: how a person would write that one object holds another. One rule per holder type in ``HOLDER_RULES``,
several objects in one hop by ``FOLDS``. Reads foreign objects by C descriptors only and returns text.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from leakscope.heap import safe
from leakscope.heap.holders import keys
from leakscope.heap.holders.edge_names import HOLDER_RULES, EdgeNames
from leakscope.heap.holders.folding import FOLDS, Step
from leakscope.heap.holders.places import Place
from leakscope.model.retention import Hop

__all__ = ["FOLDS", "HOLDER_RULES", "name_edge", "name_path", "name_paths"]


def name_edge(holder: object, child: object, context: str = "") -> Hop:
    """The name of one edge, nothing folded: an instance's ``__dict__`` is an object of its own here."""
    place = EdgeNames([(holder, child)]).place(holder, child)
    return _hop(place, child, keys.is_secret_name(context) or _is_secret_type(holder))


def name_path(nodes: Sequence[object], context: str = "") -> tuple[Hop, ...]:
    """The hops along ``[holder, child, child, ...]``. ``context`` is the name of the first holder: keys are not shown
    where it, or a name on the way, sounds like a place for secrets."""
    return name_paths([nodes], [context])[0]


def name_paths(paths: Sequence[Sequence[object]], contexts: Iterable[str]) -> list[tuple[Hop, ...]]:
    """``name_path`` for many paths: a holder that several of them share is looked through once."""
    names = EdgeNames(paths)
    return [_name(nodes, names, context) for nodes, context in zip(paths, contexts, strict=True)]


def _name(nodes: Sequence[object], names: EdgeNames, context: str) -> tuple[Hop, ...]:
    hops: list[Hop] = []
    is_hidden = keys.is_secret_name(context)
    at = 0
    while at < len(nodes) - 1:
        place, covered = _step(nodes[at : at + _LONGEST_FOLD], names)
        last_holder = nodes[at + covered - 1]
        at += covered
        if place is None:
            continue
        hops.append(_hop(place, nodes[at], is_hidden or _is_secret_type(last_holder)))
        is_hidden = is_hidden or keys.is_secret_name(place.shape)
    return tuple(hops)


#: A Context, its tree of at most seven levels with a list of collisions below, and the value.
_LONGEST_FOLD = 12


def _step(nodes: Sequence[object], names: EdgeNames) -> Step:
    for base in safe.mro(type(nodes[0])):
        for fold in safe.by_type(FOLDS, base) or ():
            step = fold(nodes, names)
            if step is not None:
                return step
    return names.place(nodes[0], nodes[1]), 1


def _is_secret_type(holder: object) -> bool:
    return keys.is_secret_name(safe.type_name(holder).rpartition(".")[2])


def _hop(place: Place, child: object, is_hidden: bool) -> Hop:
    return Hop(place.kind, place.hidden if is_hidden else place.text, place.shape, safe.type_name(child))
