"""The heap is frozen while a dropped cycle is still in it: it is never collected; the twin drops no cycle."""

from __future__ import annotations

import gc


class Worker:
    def __init__(self) -> None:
        self.owner: Worker | None = None


def leak() -> None:
    worker = Worker()  # allocated here
    worker.owner = worker
    del worker
    gc.freeze()


def clean() -> None:
    worker = Worker()
    worker.owner = None
    del worker
    gc.freeze()


KINDS = {"retained", "uncollectable", "cyclic_garbage"}
TYPES = {"frozen_garbage.Worker"}
# Nothing holds a cycle but itself.
HOLDER = None
