"""A block from malloc is never given to free; the twin frees it."""

from __future__ import annotations

import ctypes

libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
libc.malloc.argtypes = (ctypes.c_size_t,)
libc.free.argtypes = (ctypes.c_void_p,)


def leak() -> None:
    libc.malloc(64)  # allocated here


def clean() -> None:
    libc.free(libc.malloc(64))


KINDS = {"native"}
TYPES: set[str] = set()
HOLDER = None
NATIVE = True
