"""Names of the Python threads that are alive. Touches threading's own table, without its lock and without the
attributes of Thread subclasses.
"""

from __future__ import annotations

import re
import sys

_NUMBER = re.compile(r"\d+")


def names_by_ident() -> dict[int, str]:
    """Thread names by identifier; threads that threading does not know are left out."""
    threading = sys.modules.get("threading")
    if threading is None:
        return {}
    found = {}
    for ident, thread in list(threading._active.items()):
        name = object.__getattribute__(thread, "_name") if "_name" not in _class_names(type(thread)) else None
        if type(name) is str:
            found[ident] = name
    return found


def without_number(name: str) -> str:
    """``"Thread-12 (work)"`` as ``"Thread-N (work)"``: the same for all threads of one kind."""
    return _NUMBER.sub("N", name)


def _class_names(cls: type) -> frozenset[str]:
    """Names that classes along the mro define: reading one of those on an instance could run code of theirs."""
    return frozenset(
        name for base in type.__dict__["__mro__"].__get__(cls) for name in type.__dict__["__dict__"].__get__(base)
    )
