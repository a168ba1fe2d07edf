"""16 bytes a call: two numbers are added to one array; the twin keeps a window."""

from __future__ import annotations

from array import array

POINTS = array("d")


def leak() -> None:
    POINTS.extend((0.5, 1.5))  # allocated here


def clean() -> None:
    POINTS.extend((0.5, 1.5))
    del POINTS[:-64]


KINDS = {"retained"}
TYPES = {"array.array"}
HOLDER = "tiny_array.POINTS"
