"""Bytes in live small objects, from the allocator's own statistics. Touches ctypes: the interpreter prints to a
memory stream of ours, never to file descriptor 2.
"""

from __future__ import annotations

import ctypes
from typing import Any

from leakscope import _env
from leakscope.model.snapshot import Missing, Reading
from leakscope.sensors import tracing

_SIGNAL = "pymalloc_used_bytes"
_LINE = b"# bytes in allocated blocks"


def _bind() -> tuple[Any, Any, Any, Any] | str:
    """The four C functions, or why they cannot be had."""
    if not _env.IS_CPYTHON or _env.IS_WINDOWS:
        return "the allocator's statistics need CPython and open_memstream, which this platform lacks"
    libc = ctypes.CDLL(None)
    try:
        stream_open, stream_close, release = libc.open_memstream, libc.fclose, libc.free
        statistics = ctypes.pythonapi._PyObject_DebugMallocStats
    except AttributeError as error:
        return f"this C library or interpreter has no such function ({error})"
    stream_open.restype = ctypes.c_void_p
    stream_open.argtypes = (ctypes.POINTER(ctypes.c_void_p), ctypes.POINTER(ctypes.c_size_t))
    for function in (stream_close, release, statistics):
        function.argtypes = (ctypes.c_void_p,)
    return stream_open, stream_close, release, statistics


_BOUND = _bind()


def read() -> Reading:
    """``pymalloc_used_bytes``: silent, so missing, while tracemalloc is on and under another allocator."""
    if isinstance(_BOUND, str):
        return _missing(_BOUND)
    if tracing.is_tracing():
        return _missing("the allocator prints no statistics while tracemalloc is on")
    if _env.allocator() != "pymalloc":
        return _missing(f"the object allocator is {_env.allocator()}, not pymalloc")
    found = parse(_statistics(*_BOUND))
    if found is None:
        return _missing("the allocator printed no statistics")
    return Reading({_SIGNAL: found})


def parse(text: bytes) -> int | None:
    """The figure of the line ``# bytes in allocated blocks        =      1,234,567``."""
    for line in text.splitlines():
        if line.startswith(_LINE):
            return int(line.rpartition(b"=")[2].strip().replace(b",", b""))
    return None


def _statistics(stream_open: Any, stream_close: Any, release: Any, statistics: Any) -> bytes:
    buffer, length = ctypes.c_void_p(), ctypes.c_size_t()
    stream = stream_open(ctypes.byref(buffer), ctypes.byref(length))
    if not stream:
        return b""
    statistics(stream)
    stream_close(stream)
    try:
        return ctypes.string_at(buffer, length.value) if buffer else b""
    finally:
        release(buffer)


def _missing(reason: str) -> Reading:
    return Reading({}, (Missing(_SIGNAL, reason),))
