"""Reading facts off foreign objects without running their code: no attribute access, comparison, hash, length or
repr that a class could have replaced. Everything here asks the C level descriptors of ``type`` and ``object``.
"""

from __future__ import annotations

import sys
import types
from collections.abc import Iterable
from typing import Any

_QUALNAME = type.__dict__["__qualname__"]
_MODULE = type.__dict__["__module__"]
_MRO = type.__dict__["__mro__"]
_TYPE_DICT = type.__dict__["__dict__"]
_METHOD_DESCRIPTOR = type(object.__dict__["__sizeof__"])
_DICT_DESCRIPTORS = (types.GetSetDescriptorType, types.MemberDescriptorType)


def qualified_name(cls: type) -> str:
    """``"app.models.Page"``; built-in types without their module. Never runs a metaclass property."""
    name = _QUALNAME.__get__(cls)
    module = _MODULE.__get__(cls)
    if type(module) is not str or module == "builtins":
        return str(name)
    return f"{module}.{name}"


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
    descriptor = find_in_class(type(obj), "__dict__")
    if type(descriptor) not in _DICT_DESCRIPTORS:
        return None
    try:
        found = descriptor.__get__(obj)  # type: ignore[union-attr]  # a C descriptor, checked above
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


def is_instance(obj: object, cls: type) -> bool:
    """``isinstance`` by the real type only: no ``__instancecheck__``, no ``__class__``."""
    return any(base is cls for base in mro(type(obj)))


def contains_identity(items: Iterable[object], obj: object) -> bool:
    """``obj in items`` by identity: no ``__eq__``."""
    return any(item is obj for item in items)
