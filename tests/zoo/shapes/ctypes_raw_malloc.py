"""Memory from PyMem_RawMalloc, as an extension would ask for it, is not freed; the twin frees it."""

from __future__ import annotations

import ctypes

take = ctypes.pythonapi.PyMem_RawMalloc
take.restype = ctypes.c_void_p
take.argtypes = (ctypes.c_size_t,)
give_back = ctypes.pythonapi.PyMem_RawFree
give_back.argtypes = (ctypes.c_void_p,)


def leak() -> None:
    take(200)  # allocated here


def clean() -> None:
    give_back(take(200))


KINDS = {"native"}
TYPES: set[str] = set()
HOLDER = None
NATIVE = True
