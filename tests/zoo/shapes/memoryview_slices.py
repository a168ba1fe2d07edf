"""A slice of 16 bytes of each packet is kept, and through its view the whole packet; the twin keeps a copy."""

from __future__ import annotations

HEADERS: list[memoryview] = []
LATEST: list[bytes] = []


def leak() -> None:
    packet = bytearray(1000)  # allocated here
    HEADERS.append(memoryview(packet)[:16])  # allocated here


def clean() -> None:
    packet = bytearray(1000)
    LATEST[:] = [bytes(memoryview(packet)[:16])]


KINDS = {"retained"}
TYPES = {"memoryview", "bytearray"}
HOLDER = "memoryview_slices.HEADERS["
