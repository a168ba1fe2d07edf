"""A plain dict drops its oldest entry once it has 1,000."""

from __future__ import annotations

import itertools

PAGES: dict[int, Page] = {}
numbers = itertools.count()


class Page:
    def __init__(self, number: int) -> None:
        self.number = number


def clean() -> None:
    number = next(numbers)
    PAGES[number] = Page(number)
    if len(PAGES) > 1000:
        del PAGES[next(iter(PAGES))]
