"""functools.cache on a function whose argument never repeats; the twin's argument comes from a small range."""

from __future__ import annotations

import functools
import itertools

numbers = itertools.count()


class Invoice:
    def __init__(self, number: int) -> None:
        self.number = number


@functools.cache
def load_invoice(number: int) -> Invoice:
    return Invoice(number)  # allocated here


def leak() -> None:
    load_invoice(next(numbers))


def clean() -> None:
    load_invoice(next(numbers) % 8)


KINDS = {"retained"}
TYPES = {"functools_cache.Invoice"}
HOLDER = "functools_cache.load_invoice"
