"""A helper copies a name into C and the caller forgets to free the copy; the twin frees it."""

from __future__ import annotations

import ctypes

libc = ctypes.CDLL(None)
libc.strdup.restype = ctypes.c_void_p
libc.strdup.argtypes = (ctypes.c_char_p,)
libc.free.argtypes = (ctypes.c_void_p,)


def copy_name(name: str) -> int:
    pointer: int = libc.strdup(name.encode())  # allocated here
    return pointer


def leak() -> None:
    copy_name("a name of about forty characters, or so")


def clean() -> None:
    libc.free(copy_name("a name of about forty characters, or so"))


KINDS = {"native"}
TYPES: set[str] = set()
HOLDER = None
NATIVE = True
