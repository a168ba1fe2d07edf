"""The reading end of a pipe is closed and the writing end forgotten; the twin closes both."""

from __future__ import annotations

import os


def leak() -> None:
    reading, writing = os.pipe()
    os.write(writing, b"done")
    os.close(reading)


def clean() -> None:
    reading, writing = os.pipe()
    os.write(writing, b"done")
    os.close(reading)
    os.close(writing)


KINDS = {"file_descriptor"}
TYPES: set[str] = set()
HOLDER = None
