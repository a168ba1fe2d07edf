"""Jobs are put into a queue that no worker reads; the twin reads it."""

from __future__ import annotations

import queue


class Job:
    def __init__(self, name: str) -> None:
        self.name = name


JOBS: queue.Queue[Job] = queue.Queue()


def leak() -> None:
    JOBS.put(Job("resize"))  # allocated here


def clean() -> None:
    JOBS.put(Job("resize"))
    JOBS.get()


KINDS = {"retained"}
TYPES = {"queue_never_drained.Job"}
HOLDER = "queue_never_drained.JOBS.queue["
