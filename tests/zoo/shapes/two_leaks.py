"""Sessions and metrics leak at once, each into its own place; the twin forgets both."""

from __future__ import annotations

import itertools

SESSIONS: dict[int, Session] = {}
METRICS: list[Metric] = []
numbers = itertools.count()


class Session:
    def __init__(self, number: int) -> None:
        self.number = number


class Metric:
    def __init__(self, value: float) -> None:
        self.value = value


def leak() -> None:
    number = next(numbers)
    SESSIONS[number] = Session(number)  # allocated here
    METRICS.append(Metric(0.5))  # allocated here


def clean() -> None:
    number = next(numbers)
    SESSIONS[0] = Session(number)
    METRICS[:] = [Metric(0.5)]


KINDS = {"retained"}
TYPES = {"two_leaks.Session", "two_leaks.Metric"}
HOLDER = "two_leaks."
ALL_TYPES = True
