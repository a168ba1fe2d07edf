"""A function of 20 ms caches by an id that never comes back; the twin's id does."""

from __future__ import annotations

import itertools
import time

ORDERS: dict[int, Order] = {}
numbers = itertools.count()


class Order:
    def __init__(self, number: int) -> None:
        self.number = number


def leak() -> None:
    time.sleep(0.02)
    number = next(numbers)
    ORDERS[number] = Order(number)  # allocated here


def clean() -> None:
    time.sleep(0.02)
    number = next(numbers)
    ORDERS[number % 4] = Order(number)


KINDS = {"retained"}
TYPES = {"slow_function_dict.Order"}
HOLDER = "slow_function_dict.ORDERS["
# A cache of a thousand entries looks the same in the 500 calls that fit into the budget.
LEAK_VERDICTS = {"leak", "inconclusive"}
