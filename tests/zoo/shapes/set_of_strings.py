"""Seen message ids are remembered for ever; the twin forgets them at 100."""

from __future__ import annotations

import itertools

SEEN: set[str] = set()
numbers = itertools.count()


def leak() -> None:
    SEEN.add(f"message-{next(numbers):012}")  # allocated here


def clean() -> None:
    SEEN.add(f"message-{next(numbers):012}")
    if len(SEEN) == 100:
        SEEN.clear()


KINDS = {"retained"}
TYPES = {"str"}
HOLDER = "set_of_strings.SEEN"
