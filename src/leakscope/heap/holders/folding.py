"""Several objects that a person writes as one hop: an instance, its dict and the value are ``.name``.

A fold looks at the nodes from one position on and says how many edges its place covers; a place of ``None`` covers
them silently.
"""

from __future__ import annotations

import _thread
import contextvars
import functools
import types
from collections.abc import Callable, Sequence

from leakscope.heap import safe
from leakscope.heap.holders import attributes, executions, places
from leakscope.heap.holders.edge_names import EdgeNames
from leakscope.heap.holders.places import Place

Step = tuple[Place | None, int]
Fold = Callable[[Sequence[object], EdgeNames], Step | None]

_LRU_CACHE = type(functools.lru_cache(lambda: None))
_HAMT_TYPES = ("hamt", "hamt_bitmap_node", "hamt_array_node", "hamt_collision_node")


def namespace(nodes: Sequence[object], names: EdgeNames) -> Step | None:
    """Holder, its ``__dict__``, value: ``.name``."""
    if len(nodes) < 3 or type(nodes[1]) is not dict or attributes.namespace_of(nodes[0]) is not nodes[1]:
        return None
    place = names.in_namespace(nodes[1], nodes[2])
    return None if place is None else (place, 2)


def closure(nodes: Sequence[object], names: EdgeNames) -> Step | None:
    """Function, closure tuple, cell, value: ``.<closure 'name'>``."""
    function = nodes[0]
    if type(function) is not types.FunctionType or len(nodes) < 3 or function.__closure__ is not nodes[1]:
        return None
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=False):
        if cell is nodes[2]:
            return places.fixed("closure", f".<closure '{name}'>"), min(3, len(nodes) - 1)
    return None


def suspended_local(nodes: Sequence[object], names: EdgeNames) -> Step | None:
    """Generator (its frame object) (a cell) value, or frame (a cell) value: the variable."""
    at = 1
    if executions.frame_of(nodes[0]) is None:
        return None
    if type(nodes[0]) is not types.FrameType and type(nodes[1]) is types.FrameType and len(nodes) > 2:
        at = 2
    if type(nodes[at]) is types.CellType and at + 1 < len(nodes):
        at += 1
    found = names.locals_of(nodes[0])
    place = found.place(id(nodes[at])) if found else None
    return None if place is None else (place, at)


def traceback(nodes: Sequence[object], names: EdgeNames) -> Step | None:
    """A traceback leads to the next one and to its frame without a word."""
    is_inner = len(nodes) > 2 and safe.is_exactly(nodes[1], (types.FrameType, types.TracebackType))
    return (None, 1) if is_inner else None


def cached_result(nodes: Sequence[object], names: EdgeNames) -> Step | None:
    """``functools.lru_cache``: a result, or an argument inside a key."""
    function = nodes[0]
    cache = attributes.namespace_of(function)
    if nodes[1] is cache or any(value is nodes[1] for _, value in safe.dict_items(cache or {})):
        return None
    result = places.fixed("lru_cache", ".<cached result>")
    argument = places.fixed("lru_cache", ".<cached argument>")
    if type(nodes[1]) is dict:
        return (None, 1) if len(nodes) < 3 else (argument if names.is_key(nodes[1], nodes[2]) else result, 2)
    return (argument if names.is_lru_key(function, nodes[1]) else result), 1


def mapping_view(nodes: Sequence[object], names: EdgeNames) -> Step | None:
    """A mappingproxy adds nothing to the mapping under it."""
    return (None, 1) if len(nodes) > 2 else None


def context(nodes: Sequence[object], names: EdgeNames) -> Step | None:
    """Context, the nodes of its tree, value: ``.<ContextVar 'request_id'>``."""
    at = 1
    while at + 1 < len(nodes) and safe.qualified_name(type(nodes[at])) in _HAMT_TYPES:
        at += 1
    held = nodes[0]
    assert type(held) is contextvars.Context
    for variable, value in contextvars.Context.items(held):
        if value is nodes[at]:
            return places.fixed("context_variable", f".<ContextVar {_variable_name(variable)}>"), at
    return None


def _variable_name(variable: contextvars.ContextVar[object]) -> str:
    name = variable.name
    return repr(name) if type(name) is str else ""


def thread_local(nodes: Sequence[object], names: EdgeNames) -> Step | None:
    """``threading.local``, its table of threads, one thread's dict, value: ``.name``."""
    if len(nodes) < 4 or type(nodes[1]) is not dict or type(nodes[2]) is not dict:
        return None
    place = names.in_namespace(nodes[2], nodes[3])
    return None if place is None else (Place("thread_local", place.text, place.shape, place.hidden), 3)


def task(nodes: Sequence[object], names: EdgeNames) -> Step | None:
    """A task leads to its coroutine without a word."""
    if len(nodes) < 3 or type(nodes[1]) is not types.CoroutineType:
        return None
    task_type = executions.task_type()
    return (None, 1) if task_type is not None and safe.is_instance(nodes[0], task_type) else None


#: Tried before the rule of a single edge, by the holder's type along its mro.
FOLDS: dict[type, tuple[Fold, ...]] = {
    types.FunctionType: (closure,),
    **dict.fromkeys((*executions.SUSPENDABLE, types.FrameType), (suspended_local,)),
    types.TracebackType: (traceback,),
    types.MappingProxyType: (mapping_view,),
    contextvars.Context: (context,),
    _thread._local: (thread_local,),
    _LRU_CACHE: (cached_result,),
    object: (namespace, task),
}
