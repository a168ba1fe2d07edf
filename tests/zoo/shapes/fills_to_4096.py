"""A cache of 4,096 entries, one more per call, fills during the check and then stays as it is."""

from __future__ import annotations

import itertools

PAGES: dict[int, Page] = {}
numbers = itertools.count()


class Page:
    def __init__(self, number: int) -> None:
        self.number = number


def clean() -> None:
    number = next(numbers) % 4096
    if number not in PAGES:
        PAGES[number] = Page(number)
