"""A native codec allocates 256 KiB per frame and has no close; the twin's close frees it."""

from __future__ import annotations

import ctypes

libc = ctypes.CDLL(None)
libc.calloc.restype = ctypes.c_void_p
libc.calloc.argtypes = (ctypes.c_size_t, ctypes.c_size_t)
libc.free.argtypes = (ctypes.c_void_p,)


class Codec:
    def open(self) -> None:
        self.state = libc.calloc(1, 256 * 1024)  # allocated here

    def close(self) -> None:
        libc.free(self.state)


def leak() -> None:
    Codec().open()


def clean() -> None:
    codec = Codec()
    codec.open()
    codec.close()


KINDS = {"native"}
TYPES: set[str] = set()
HOLDER = None
NATIVE = True
