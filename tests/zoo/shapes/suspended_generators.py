"""Readers stop at their first line and are kept with their buffers; the twin reads to the end."""

from __future__ import annotations

from collections.abc import Generator

READERS: list[Generator[str, None, None]] = []


class Buffer:
    def __init__(self) -> None:
        self.lines = ["head", "tail"]


def read() -> Generator[str, None, None]:
    buffer = Buffer()  # allocated here
    yield from buffer.lines


def leak() -> None:
    reader = read()  # allocated here
    next(reader)
    READERS.append(reader)


def clean() -> None:
    reader = read()
    next(reader)
    READERS[:] = [reader]


KINDS = {"retained"}
TYPES = {"generator", "suspended_generators.Buffer"}
HOLDER = "suspended_generators.READERS["
