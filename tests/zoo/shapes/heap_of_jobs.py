"""Jobs are scheduled on a heap and never popped; the twin pops what is due."""

from __future__ import annotations

import heapq
import itertools

SCHEDULE: list[tuple[int, Job]] = []
numbers = itertools.count()


class Job:
    def __init__(self, name: str) -> None:
        self.name = name


def leak() -> None:
    heapq.heappush(SCHEDULE, (next(numbers), Job("report")))  # allocated here


def clean() -> None:
    heapq.heappush(SCHEDULE, (next(numbers), Job("report")))
    heapq.heappop(SCHEDULE)


KINDS = {"retained"}
TYPES = {"heap_of_jobs.Job"}
HOLDER = "heap_of_jobs.SCHEDULE["
