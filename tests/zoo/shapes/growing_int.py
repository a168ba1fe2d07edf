"""A bit history in one int that gets 8 bytes longer per call; the twin masks it to 512 bits."""

from __future__ import annotations


class Filter:
    def __init__(self) -> None:
        self.history = 1


FILTER = Filter()


def leak() -> None:
    FILTER.history = FILTER.history << 64 | 0x5A5A  # allocated here


def clean() -> None:
    FILTER.history = (FILTER.history << 64 | 0x5A5A) & (1 << 512) - 1


KINDS = {"retained"}
TYPES = {"int"}
HOLDER = "growing_int.FILTER.history"
