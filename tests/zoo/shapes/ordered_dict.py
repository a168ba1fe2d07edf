"""A least-recently-used cache that moves to the end but never pops the first; the twin pops."""

from __future__ import annotations

import itertools
from collections import OrderedDict

RECENT: OrderedDict[int, Document] = OrderedDict()
numbers = itertools.count()


class Document:
    def __init__(self, number: int) -> None:
        self.number = number


def leak() -> None:
    number = next(numbers)
    RECENT[number] = Document(number)  # allocated here
    RECENT.move_to_end(number)


def clean() -> None:
    number = next(numbers)
    RECENT[number] = Document(number)
    RECENT.move_to_end(number)
    if len(RECENT) > 64:
        RECENT.popitem(last=False)


KINDS = {"retained"}
TYPES = {"ordered_dict.Document"}
HOLDER = "ordered_dict.RECENT["
