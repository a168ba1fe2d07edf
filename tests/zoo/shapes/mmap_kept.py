"""Shared buffers are mapped and kept; the twin closes its buffer."""

from __future__ import annotations

import mmap

BUFFERS: list[mmap.mmap] = []


def leak() -> None:
    BUFFERS.append(mmap.mmap(-1, 4096))  # allocated here


def clean() -> None:
    BUFFERS.append(mmap.mmap(-1, 4096))
    BUFFERS.pop().close()


KINDS = {"retained", "mapping"}
TYPES = {"mmap.mmap"}
HOLDER = "mmap_kept.BUFFERS["
