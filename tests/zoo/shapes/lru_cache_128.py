"""A cache with its standard size is asked for random numbers out of many: it fills to 128 and evicts."""

from __future__ import annotations

import functools
import random

chance = random.Random(7)


class Price:
    def __init__(self, number: int) -> None:
        self.number = number


@functools.lru_cache(maxsize=128)
def price_of(number: int) -> Price:
    return Price(number)


def clean() -> None:
    price_of(chance.randrange(100_000))
