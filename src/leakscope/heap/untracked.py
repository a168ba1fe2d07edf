"""What the collector does not track or cannot see: big plain objects (str, bytes, int ...), found through what holds
them, and the tables that C code keeps. Touches objects only through the safe readers.
"""

from __future__ import annotations

import atexit
import gc
import sys
from collections.abc import Callable, Mapping
from itertools import compress, repeat
from operator import ge, not_
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


#: What the standard library registers with ``os.register_at_fork`` when it is imported, by module: a list that nothing
#: refers to and that has one of these is the interpreter's own.
_AT_FORK_HOOKS = {
    "threading": ("_after_fork",),
    "logging": ("_acquireLock", "_releaseLock", "_prepareFork", "_afterFork", "_after_at_fork_child_reinit_locks"),
}


def is_at_fork_table(container: object) -> bool:
    """True for a list of hooks that ``os.register_at_fork`` made."""
    if type(container) is not list:
        return False
    loaded = [(sys.modules[module], names) for module, names in _AT_FORK_HOOKS.items() if module in sys.modules]
    hooks = [(safe.module_dict(module) or {}).get(name) for module, names in loaded for name in names]
    known = {id(hook) for hook in hooks if hook is not None}
    return not known.isdisjoint(map(id, container))


def big_objects(least_bytes: int) -> list[tuple[object, object | None]]:
    """The untracked objects of at least so many bytes that a tracked one refers to, and lists and tuples, which code
    replaces by longer ones as well; biggest first, each with the
    untracked dict or tuple that holds it where there is one in between, which no search through referrers can see."""
    tracked = gc.get_objects()
    referents = safe.referents_of_all(tracked)
    plain = list(compress(referents, map(not_, map(gc.is_tracked, referents))))
    found: dict[int, tuple[object, object | None]] = {id(obj): (obj, None) for obj in _bigger(plain, least_bytes)}
    for holder in {id(obj): obj for obj in plain if type(obj) is dict or type(obj) is tuple}.values():
        held = gc.get_referents(holder)
        for obj in _bigger(held, least_bytes) if held else ():
            if not gc.is_tracked(obj):
                found.setdefault(id(obj), (obj, holder))
    sequences = [obj for obj in tracked if type(obj) is list or type(obj) is tuple]
    found.update(
        (id(obj), (obj, None)) for obj in _bigger(sequences, least_bytes) if obj is not tracked and obj is not referents
    )
    return sorted(found.values(), key=lambda row: -sys.getsizeof(row[0]))


def _bigger(objects: list[Any], least_bytes: int) -> list[Any]:
    """Those whose size can be asked without running Python code and is at least ``least_bytes``. No Python code of
    ours per object either: there may be a million, while allocations are traced."""
    kinds = dict(zip(map(id, map(type, objects)), map(type, objects), strict=True))
    measurable = {key for key, cls in kinds.items() if safe.has_safe_size(cls)}
    chosen = list(compress(objects, map(measurable.__contains__, map(id, map(type, objects)))))
    return list(compress(chosen, map(ge, map(sys.getsizeof, chosen), repeat(least_bytes))))
