"""A page cache that nothing ever evicts from; the twin reuses one key."""

from __future__ import annotations

import itertools

PAGES: dict[int, Page] = {}
numbers = itertools.count()


class Page:
    def __init__(self, number: int) -> None:
        self.number = number


def leak() -> None:
    number = next(numbers)
    PAGES[number] = Page(number)  # allocated here


def clean() -> None:
    number = next(numbers)
    PAGES[0] = Page(number)


KINDS = {"retained"}
TYPES = {"unbounded_dict.Page"}
HOLDER = "unbounded_dict.PAGES["
