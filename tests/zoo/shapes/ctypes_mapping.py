"""Anonymous memory is mapped by hand, written to, and never unmapped; the twin unmaps it."""

from __future__ import annotations

import ctypes
import mmap

libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = (ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long)
libc.munmap.argtypes = (ctypes.c_void_p, ctypes.c_size_t)
SIZE = 64 * 1024


def map_scratch() -> int:
    flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS
    address: int = libc.mmap(None, SIZE, mmap.PROT_READ | mmap.PROT_WRITE, flags, -1, 0)  # allocated here
    ctypes.memset(address, 1, SIZE)
    return address


def leak() -> None:
    map_scratch()


def clean() -> None:
    libc.munmap(map_scratch(), SIZE)


KINDS = {"native", "mapping"}
TYPES: set[str] = set()
HOLDER = None
NATIVE = True
