"""A level is added when the number of calls has doubled, as a counting sketch does."""

from __future__ import annotations

import itertools

LEVELS: list[Level] = []
numbers = itertools.count(1)


class Level:
    def __init__(self, height: int) -> None:
        self.height = height


def clean() -> None:
    number = next(numbers)
    if number.bit_count() == 1:
        LEVELS.append(Level(number))
