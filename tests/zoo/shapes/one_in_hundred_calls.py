"""Every hundredth batch is archived; the twin replaces the archived one."""

from __future__ import annotations

import itertools

ARCHIVE: dict[int, Batch] = {}
numbers = itertools.count()


class Batch:
    def __init__(self, number: int) -> None:
        self.number = number


def leak() -> None:
    batch = Batch(next(numbers))  # allocated here
    if batch.number % 100 == 0:
        ARCHIVE[batch.number] = batch


def clean() -> None:
    batch = Batch(next(numbers))
    if batch.number % 100 == 0:
        ARCHIVE[0] = batch


KINDS = {"retained"}
TYPES = {"one_in_hundred_calls.Batch"}
HOLDER = "one_in_hundred_calls.ARCHIVE["
