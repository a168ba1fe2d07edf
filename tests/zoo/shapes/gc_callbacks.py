"""Each profiler hangs itself into gc.callbacks and stays there; the twin takes itself out."""

from __future__ import annotations

import gc


class PauseTimer:
    def __call__(self, phase: str, info: dict[str, int]) -> None:
        pass


def leak() -> None:
    gc.callbacks.append(PauseTimer())  # allocated here


def clean() -> None:
    timer = PauseTimer()
    gc.callbacks.append(timer)
    gc.callbacks.remove(timer)


KINDS = {"retained"}
TYPES = {"gc_callbacks.PauseTimer"}
HOLDER = "gc.callbacks["
