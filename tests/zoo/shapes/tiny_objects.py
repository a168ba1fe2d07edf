"""The smallest object there is, 16 bytes, is kept per call as a ticket; the twin hands it back."""

from __future__ import annotations

TICKETS: list[object] = []


def leak() -> None:
    TICKETS.append(object())  # allocated here


def clean() -> None:
    TICKETS.append(object())
    TICKETS.pop()


KINDS = {"retained"}
TYPES = {"object"}
HOLDER = "tiny_objects.TICKETS["
