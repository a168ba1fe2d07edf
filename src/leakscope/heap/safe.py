"""Reading facts off foreign objects without running their code: no attribute access, comparison, hash, length or
repr that a class could have replaced. Everything here asks the C level descriptors of ``type`` and ``object``.
"""

from __future__ import annotations

import gc
import sys
import types
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

_Row = TypeVar("_Row")

_QUALNAME = type.__dict__["__qualname__"]
_MODULE = type.__dict__["__module__"]
_MRO = type.__dict__["__mro__"]
_TYPE_DICT = type.__dict__["__dict__"]
_MODULE_DICT: Any = vars(types.ModuleType)["__dict__"]
_METHOD_DESCRIPTOR = type(object.__dict__["__sizeof__"])
_TRIES = 5
_DICT_DESCRIPTORS = (types.GetSetDescriptorType, types.MemberDescriptorType)


def qualified_name(cls: type) -> str:
    """``"app.models.Page"``; built-in types without their module. Never runs a metaclass property."""
    name = _QUALNAME.__get__(cls)
    module = _MODULE.__get__(cls)
    if type(module) is not str or module == "builtins":
        return str(name)
    return f"{module}.{name}"


def module_and_qualname(cls: type) -> tuple[str, str]:
    """Where the class says it was defined; the module is empty when what it says is no string."""
    module = _MODULE.__get__(cls)
    return (module if type(module) is str else ""), str(_QUALNAME.__get__(cls))


def type_name(obj: object) -> str:
    """The qualified name of ``type(obj)``; an object that lies in ``__class__`` does not fool it."""
    return qualified_name(type(obj))


def mro(cls: type) -> tuple[type, ...]:
    """The method resolution order as the interpreter uses it, not as a metaclass tells it."""
    found: tuple[type, ...] = _MRO.__get__(cls)
    return found


def class_namespace(cls: type) -> types.MappingProxyType[str, Any]:
    """The class's own ``__dict__`` (a read-only view)."""
    found: types.MappingProxyType[str, Any] = _TYPE_DICT.__get__(cls)
    return found


def class_dict(cls: type) -> dict[str, object] | None:
    """The very dict behind the view of ``class_namespace``: what the collector sees as the class's referent."""
    for found in gc.get_referents(class_namespace(cls)):
        if type(found) is dict:
            return found
    return None


def module_dict(module: types.ModuleType) -> dict[str, object] | None:
    """The module's namespace, also of a lazy module that would be imported by a look at it."""
    found = _MODULE_DICT.__get__(module)
    return found if type(found) is dict else None


def referents(obj: object) -> list[Any]:
    """``gc.get_referents``, for a module only its namespace.

    3.12's ``_asyncio`` shows the collector its free list of dead objects: a list made of those brings them back and
    frees them again, which ties the free list into a ring; from then on every collection hangs.
    """
    if is_instance(obj, types.ModuleType):
        return [module_dict(obj)]  # type: ignore[arg-type]  # checked by its real type
    return gc.get_referents(obj)


def dict_items(mapping: dict[Any, Any]) -> list[tuple[object, object]]:
    """The entries of a dict or a subclass, past any ``items`` of its own; empty if it changes too fast."""
    for _ in range(_TRIES):
        try:
            return list(dict.items(mapping))
        except RuntimeError:  # changed size during iteration
            continue
    return []


def find_in_class(cls: type, name: str) -> object | None:
    """What ``name`` is bound to along the mro, unbound; ``None`` when no class has it."""
    for base in mro(cls):
        namespace = class_namespace(base)
        if name in namespace:
            found: object = namespace[name]
            return found
    return None


def instance_dict(obj: object) -> dict[str, object] | None:
    """The instance's ``__dict__`` where the type's own descriptor for it is the interpreter's, else ``None``.

    On 3.11+ this makes the dict of an object that had none yet: only for the few objects that get named.
    """
    descriptor: Any = find_in_class(type(obj), "__dict__")
    if not is_exactly(descriptor, _DICT_DESCRIPTORS):
        return None
    try:
        found = descriptor.__get__(obj)
    except (AttributeError, TypeError):
        return None
    return found if type(found) is dict else None


def has_safe_size(cls: type) -> bool:
    """True when ``sys.getsizeof`` of an instance runs no ``__sizeof__`` written in Python."""
    return type(find_in_class(cls, "__sizeof__")) is _METHOD_DESCRIPTOR


def shallow_size(obj: object) -> int | None:
    """``sys.getsizeof`` in bytes, or ``None`` where it would run a ``__sizeof__`` written in Python."""
    if not has_safe_size(type(obj)):
        return None
    try:
        return sys.getsizeof(obj)
    except Exception:  # a C __sizeof__ may refuse a half-built object
        return None


def by_type(table: Mapping[type, _Row], cls: type) -> _Row | None:
    """``table.get(cls)`` for a table of ordinary classes: a metaclass may have a ``__hash__`` of its own."""
    return table.get(cls) if type(cls) is type else None


def is_instance(obj: object, cls: type) -> bool:
    """``isinstance`` by the real type only: no ``__instancecheck__``, no ``__class__``."""
    kind = type(obj)
    if kind is cls:
        return True
    return True in [base is cls for base in mro(kind)]  # no generator: searches ask this of whole heaps


def referents_of_all(objects: Sequence[object]) -> list[Any]:
    """``referents`` of many objects in one list, at the speed of one call."""
    types_seen = dict(zip(map(id, map(type, objects)), map(type, objects), strict=True))
    modules = {key for key, cls in types_seen.items() if any(base is types.ModuleType for base in mro(cls))}
    if not modules:
        return gc.get_referents(*objects)
    plain = [obj for obj in objects if id(type(obj)) not in modules]
    return gc.get_referents(*plain) + [module_dict(obj) for obj in objects if id(type(obj)) in modules]  # type: ignore[arg-type]  # as above


def is_exactly(obj: object, classes: Iterable[type]) -> bool:
    """``type(obj) in classes`` by identity: ``in`` asks a metaclass's ``__eq__``."""
    cls = type(obj)
    return any(cls is candidate for candidate in classes)


def contains_identity(items: Iterable[object], obj: object) -> bool:
    """``obj in items`` by identity: no ``__eq__``."""
    return any(item is obj for item in items)
