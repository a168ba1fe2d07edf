"""Rules for what is held by attribute: the instance's dict, its slots, and the fields of built-in types.

Only C descriptors are asked: those of ``__slots__`` and of built-in types. Properties never run.
"""

from __future__ import annotations

import gc
import types
import weakref
from collections.abc import Collection, Iterator
from typing import Any

from leakscope.heap import safe
from leakscope.heap.holders import places
from leakscope.heap.holders.containers import namespace_entries
from leakscope.heap.holders.places import Place

_FLAGS = type.__dict__["__flags__"]
_HEAP_TYPE = 1 << 9  # Py_TPFLAGS_HEAPTYPE: made by a class statement

#: Computed fields of built-in types whose getter only returns what is there.
_GETTERS: dict[type, tuple[str, ...]] = {
    types.FunctionType: ("__defaults__", "__kwdefaults__", "__code__", "__dict__"),
    types.BuiltinFunctionType: ("__self__",),
    BaseException: ("__traceback__", "__cause__", "__context__", "args"),
    types.TracebackType: ("tb_next", "tb_frame"),
    types.FrameType: ("f_back", "f_trace", "f_globals", "f_builtins", "f_code"),
    types.GeneratorType: ("gi_yieldfrom", "gi_code", "gi_frame"),
    types.CoroutineType: ("cr_await", "cr_code", "cr_frame"),
    types.AsyncGeneratorType: ("ag_await", "ag_code", "ag_frame"),
    types.CellType: ("cell_contents",),
    property: ("fget", "fset", "fdel"),
    weakref.ref: ("__callback__",),
    type: ("__bases__", "__base__", "__mro__"),
}


def _fields(holder: object) -> Iterator[tuple[str, object]]:
    """Name and getter result of each C field of the holder."""
    for base in safe.mro(type(holder)):
        names = safe.by_type(_GETTERS, base) or ()
        for name, descriptor in safe.dict_items(safe.class_dict(base) or {}):
            is_getter = type(descriptor) is types.GetSetDescriptorType and name in names
            if type(name) is not str or not (is_getter or type(descriptor) is types.MemberDescriptorType):
                continue
            try:
                yield name, descriptor.__get__(holder)  # type: ignore[attr-defined]  # a C descriptor, checked above
            except (AttributeError, TypeError, ValueError):  # an empty slot or cell
                continue


def fields(holder: object, wanted: Collection[int]) -> dict[int, Place]:
    """Slots and the fields of built-in types: ``.name``."""
    found: dict[int, Place] = {}
    for name, value in _fields(holder):
        if id(value) in wanted:
            kind = "slot" if _FLAGS.__get__(type(holder)) & _HEAP_TYPE else "field"
            found.setdefault(id(value), places.attribute(name, kind))
    return found


def instance_attributes(holder: object, wanted: Collection[int]) -> dict[int, Place]:
    """``.name`` for the values in the instance's dict, ``.__dict__`` for that dict."""
    namespace = namespace_of(holder)
    if namespace is None:
        return {}
    found = namespace_entries(namespace, wanted)
    if id(namespace) in wanted:
        found[id(namespace)] = places.fixed("attribute", ".__dict__")
    return found


def namespace_of(holder: object) -> dict[str, object] | None:
    """The dict whose entries are the holder's attributes: of a module, a class or an instance."""
    if safe.is_instance(holder, types.ModuleType):
        return safe.module_dict(holder)  # type: ignore[arg-type]  # checked by its real type
    if safe.is_instance(holder, type):
        return safe.class_dict(holder)  # type: ignore[arg-type]
    return safe.instance_dict(holder)


def class_of(holder: object, wanted: Collection[int]) -> dict[int, Place]:
    """``.__class__``."""
    return {id(type(holder)): places.fixed("class", ".__class__")} if id(type(holder)) in wanted else {}


def function_parts(holder: types.FunctionType, wanted: Collection[int]) -> dict[int, Place]:
    """What a function holds and no plain field tells; its annotations are found by elimination, because asking for
    them evaluates them on 3.14."""
    found = fields(holder, wanted)
    for referent in gc.get_referents(holder):
        if id(referent) in wanted and id(referent) not in found and safe.is_exactly(referent, (dict, tuple)):
            found[id(referent)] = places.fixed("field", ".__annotations__")
    return found


def attributes(holder: Any, wanted: Collection[int]) -> dict[int, Place]:
    """All ways in which an ordinary object holds another: its dict, its slots, its class."""
    found = instance_attributes(holder, wanted)
    for rule in (fields, class_of):
        for identity, place in rule(holder, wanted).items():
            found.setdefault(identity, place)
    return found
