"""A block of samples is kept per reading; the twin keeps the latest."""

from __future__ import annotations

from array import array

BLOCKS: list[array[float]] = []


def leak() -> None:
    BLOCKS.append(array("d", [0.5] * 64))  # allocated here


def clean() -> None:
    BLOCKS[:] = [array("d", [0.5] * 64)]


KINDS = {"retained"}
TYPES = {"array.array"}
HOLDER = "arrays_kept.BLOCKS["
