"""A result is stored on a long-lived object, each in place of the last."""

from __future__ import annotations

import itertools

numbers = itertools.count()


class Result:
    def __init__(self, rows: list[int]) -> None:
        self.rows = rows


class Service:
    def __init__(self) -> None:
        self.last: Result | None = None


SERVICE = Service()


def clean() -> None:
    SERVICE.last = Result(list(range(next(numbers) % 100)))
