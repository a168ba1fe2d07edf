"""A table's entries are removed and others added, so that it is rebuilt again and again."""

from __future__ import annotations

import itertools

ACTIVE: dict[str, Session] = {}
numbers = itertools.count()


class Session:
    def __init__(self, number: int) -> None:
        self.number = number


def clean() -> None:
    number = next(numbers)
    ACTIVE[f"session-{number}"] = Session(number)
    ACTIVE.pop(f"session-{number - 30}", None)
