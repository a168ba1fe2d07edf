"""Floats, tuples, lists and dicts come and go: the interpreter keeps a few of each for the next call."""

from __future__ import annotations

import random

chance = random.Random(7)


def clean() -> None:
    count = chance.randrange(1, 150)
    rows = [(float(number), [number], {"number": number}) for number in range(count)]
    del rows
