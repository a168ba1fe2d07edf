"""What glibc's malloc keeps in this thread's cache (tcache) and counts as in use. Reads the cache's own counters in the
heap, found by their content and proved by a few calls of malloc; ``None`` wherever that proof fails.
"""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Callable, Iterable
from operator import mul
from typing import Any, TypeAlias

from leakscope import _env

# A chunk that is freed into the cache stays in use for malloc's statistics. So a function that frees what it takes is
# charged with each chunk that a leak elsewhere took out of the cache before: without the cache's own count, all of a
# leak is blamed on whoever allocates the same size next.

_Region: TypeAlias = tuple[int, int]
_Malloc: TypeAlias = Callable[[int], int]
_Free: TypeAlias = Callable[[int], None]

_MAPS = "/proc/self/maps"
CLASS_COUNT = 64
#: Size classes in the two known layouts: glibc 2.30 to 2.41, and since.
_LAYOUTS = (64, 76)
_REQUESTS = tuple(24 + 16 * index for index in range(CLASS_COUNT))
_CHUNKS = tuple(32 + 16 * index for index in range(CLASS_COUNT))
#: The cache is made with a thread's first chunk, so it lies near the start of the heap that the thread uses.
_SEARCHED_BYTES = 64 << 10
#: Neighbouring heads that are looked for together.
_RUN = 8
#: Sizes that must prove themselves, of all.
_PROVED_LEAST = CLASS_COUNT - 8
#: The interpreter itself takes a chunk in between now and then.
_TRIES = 6


class ThreadCache:
    """Reads the bytes in the cache of the thread that found it; valid in that thread only."""

    __slots__ = ("_bytes", "_counts", "_raw", "_sign")

    def __init__(self, address: int, sign: int) -> None:
        array: Any = (ctypes.c_uint16 * CLASS_COUNT).from_address(address)
        self._counts = memoryview(array).cast("B").cast("H")
        self._sign = sign
        self._raw = b""
        self._bytes = 0

    def bytes_held(self) -> int:
        """Bytes of all chunks in the cache, up to a constant."""
        raw = self._counts.tobytes()
        if raw != self._raw:
            self._raw = raw
            self._bytes = self._sign * sum(map(mul, self._counts, _CHUNKS))
        return self._bytes


def find() -> ThreadCache | None:
    """The cache of this thread; ``None`` where there is none, or none that can be proved."""
    if not _env.IS_LINUX or not _env.libc().startswith("glibc"):
        return None
    libc = ctypes.CDLL(None)
    malloc, free = libc.malloc, libc.free
    malloc.restype, malloc.argtypes = ctypes.c_void_p, (ctypes.c_size_t,)
    free.restype, free.argtypes = None, (ctypes.c_void_p,)
    regions = _regions()
    for _ in range(_TRIES if regions else 0):
        address, sign = _proved(regions, malloc, free)
        if sign:
            return ThreadCache(address, sign)
    return None


def _proved(regions: list[_Region], malloc: _Malloc, free: _Free) -> tuple[int, int]:
    """Where the counters are and their sign, which is 0 when they were not found."""
    for start, entries in _candidates(regions, malloc, free):
        for bins in _LAYOUTS:
            address = entries - 2 * bins
            sign = _proved_sign(address, malloc, free) if address >= start else 0
            if sign:
                return address, sign
    return 0, 0


def _candidates(regions: list[_Region], malloc: _Malloc, free: _Free) -> list[_Region]:
    """The start of a mapping, and where the heads of the cache's lists may be in it: right after a free of one chunk of
    each size they are those chunks, except where the interpreter took one of them again in between."""
    chunks = [malloc(request) for request in _REQUESTS]
    runs = [
        (8 * first, struct.pack(f"{_RUN}P", *chunks[first : first + _RUN])) for first in range(0, CLASS_COUNT, _RUN)
    ]
    holding = [(start, end) for start, end in regions if any(start <= chunk < end for chunk in chunks)]
    for chunk in chunks:
        free(chunk)
    found: dict[_Region, None] = {}
    for start, end in holding:
        memory = ctypes.string_at(start, min(end - start, _SEARCHED_BYTES))
        for offset, run in runs:
            place = memory.find(run)
            if place >= offset:
                found[start, start + place - offset] = None
    return list(found)


def _regions() -> list[_Region]:
    """The mappings that malloc's chunks can lie in."""
    try:
        with open(_MAPS, encoding="utf-8", errors="replace") as lines:
            return regions_of(lines)
    except OSError:
        return []


def regions_of(lines: Iterable[str]) -> list[_Region]:
    """Start and end of what is readable and of no file, from lines such as
    ``55d0-55f0 rw-p 00000000 00:00 0 [heap]``."""
    found = []
    for line in lines:
        span, flags, _, _, inode, *_ = line.split()
        if flags.startswith("rw-p") and inode == "0":
            start, _, end = span.partition("-")
            found.append((int(start, 16), int(end, 16)))
    return found


def _proved_sign(address: int, malloc: _Malloc, free: _Free) -> int:
    """1 when the numbers at ``address`` count chunks, -1 when they count free places, 0 when they do neither: taking
    one chunk of a size must change the number of that size by one, and no other."""
    counts: Any = (ctypes.c_uint16 * CLASS_COUNT).from_address(address)
    votes = {1: 0, -1: 0}
    for index, request in enumerate(_REQUESTS):
        free(malloc(request))  # so that there is one to take
        before = counts[:]
        chunk = malloc(request)
        after = counts[:]
        free(chunk)
        changes = [(place, old - new) for place, (old, new) in enumerate(zip(before, after, strict=True)) if old != new]
        for sign in votes:
            votes[sign] += changes == [(index, sign)]
    return next((sign for sign, count in votes.items() if count >= _PROVED_LEAST), 0)
