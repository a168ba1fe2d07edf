"""A cache of 512 entries fills during the check and then stays as it is."""

from __future__ import annotations

import itertools

PAGES: dict[int, Page] = {}
numbers = itertools.count()


class Page:
    def __init__(self, number: int) -> None:
        self.number = number


def clean() -> None:
    number = next(numbers) % 512
    if number not in PAGES:
        PAGES[number] = Page(number)
