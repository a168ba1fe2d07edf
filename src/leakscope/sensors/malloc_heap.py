"""What malloc has handed out (glibc mallinfo2, macOS zones, Windows heaps) through psutil. Touches psutil only."""

from __future__ import annotations

from typing import Any

import psutil

from leakscope.model.snapshot import Missing, Reading

_heap_info: Any = getattr(psutil, "heap_info", None)
_heap_trim: Any = getattr(psutil, "heap_trim", None)

ABSENT = "psutil.heap_info() is not available on this platform (it needs glibc, macOS or Windows)"


def is_available() -> bool:
    """True where psutil can read the malloc heap of this process."""
    return _heap_info is not None


def bytes_in_use() -> int:
    """Bytes handed out by malloc and not freed, from its heaps and its own mmaps; Python's arenas are not in it."""
    info = _heap_info()
    return int(info.heap_used) + int(info.mmap_used)


def trim() -> bool:
    """Ask malloc to give free memory back to the system; False where that cannot be asked."""
    if _heap_trim is None:
        return False
    _heap_trim()
    return True


def read() -> Reading:
    """``heap_used_bytes`` and ``mmap_used_bytes``."""
    if _heap_info is None:
        return Reading({}, (Missing("heap_used_bytes", ABSENT), Missing("mmap_used_bytes", ABSENT)))
    info = _heap_info()
    return Reading({"heap_used_bytes": int(info.heap_used), "mmap_used_bytes": int(info.mmap_used)})
