"""A descriptor from os.open is forgotten; the twin closes it."""

from __future__ import annotations

import os


def leak() -> None:
    handle = os.open(os.devnull, os.O_RDONLY)
    os.read(handle, 1)


def clean() -> None:
    handle = os.open(os.devnull, os.O_RDONLY)
    os.read(handle, 1)
    os.close(handle)


KINDS = {"file_descriptor"}
TYPES: set[str] = set()
HOLDER = None
