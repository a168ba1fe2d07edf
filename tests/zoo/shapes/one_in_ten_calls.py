"""Every tenth request fails and is kept for later; the twin keeps the last failure."""

from __future__ import annotations

import itertools

FAILED: list[Request] = []
numbers = itertools.count()


class Request:
    def __init__(self, number: int) -> None:
        self.number = number


def leak() -> None:
    request = Request(next(numbers))  # allocated here
    if request.number % 10 == 0:
        FAILED.append(request)


def clean() -> None:
    request = Request(next(numbers))
    if request.number % 10 == 0:
        FAILED[:] = [request]


KINDS = {"retained"}
TYPES = {"one_in_ten_calls.Request"}
HOLDER = "one_in_ten_calls.FAILED["
