"""What the collector does not track or cannot see: big plain objects (str, bytes, int ...), found through what holds
them, and the tables that C code keeps. Touches objects only through the safe readers.
"""

from __future__ import annotations

import atexit
import gc
import sys
from collections.abc import Callable, Mapping
from itertools import compress
from operator import not_
from typing import Any

from leakscope.heap import safe

_callback_count: Callable[[], int] | None = getattr(atexit, "_ncallbacks", None)

#: Tables of references that no search through referrers can see, and how many entries each has. Up to 3.13 the
#: collector does not know what exit handlers refer to.
HIDDEN_TABLES: Mapping[str, Callable[[], int]] = (
    {} if _callback_count is None else {"atexit callbacks": _callback_count}
)


def hidden_table_lengths() -> dict[str, int]:
    """How many entries each hidden table has."""
    return {name: length() for name, length in HIDDEN_TABLES.items()}


def big_objects(least_bytes: int) -> list[tuple[object, object | None]]:
    """The untracked objects of at least so many bytes that a tracked one refers to, biggest first; each with the
    untracked dict or tuple that holds it where there is one in between, which no search through referrers can see."""
    referents = safe.referents_of_all(gc.get_objects())
    plain = list(compress(referents, map(not_, map(gc.is_tracked, referents))))
    measure = _SizeOfPlain()
    found: dict[int, tuple[int, object, object | None]] = {
        id(obj): (size, obj, None) for obj in plain if (size := measure(obj)) >= least_bytes
    }
    for holder in {id(obj): obj for obj in plain if type(obj) is dict or type(obj) is tuple}.values():
        for obj in gc.get_referents(holder):
            size = 0 if gc.is_tracked(obj) else measure(obj)
            if size >= least_bytes and id(obj) not in found:
                found[id(obj)] = (size, obj, holder)
    return [(obj, holder) for _, obj, holder in sorted(found.values(), key=lambda row: -row[0])]


class _SizeOfPlain:
    """``sys.getsizeof`` where no Python code runs for it, else 0; asks each type once."""

    def __init__(self) -> None:
        self._is_safe: dict[int, bool] = {}

    def __call__(self, obj: Any) -> int:
        cls = type(obj)
        if id(cls) not in self._is_safe:
            self._is_safe[id(cls)] = safe.has_safe_size(cls)
        return sys.getsizeof(obj) if self._is_safe[id(cls)] else 0
