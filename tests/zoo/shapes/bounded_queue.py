"""A queue with room for 100 jobs is emptied whenever it is full."""

from __future__ import annotations

import queue


class Job:
    def __init__(self, name: str) -> None:
        self.name = name


JOBS: queue.Queue[Job] = queue.Queue(maxsize=100)


def clean() -> None:
    JOBS.put(Job("resize"))
    if JOBS.full():
        while not JOBS.empty():
            JOBS.get()
