"""Each report registers its own exit handler; the twin registers one for all."""

from __future__ import annotations

import atexit

written: list[str] = []
registered: set[str] = set()


class Report:
    def __init__(self, title: str) -> None:
        self.title = title

    def flush(self) -> None:
        written.append(self.title)


def leak() -> None:
    report = Report("daily")  # allocated here
    atexit.register(report.flush)


def clean() -> None:
    report = Report("daily")
    # Not unregister() at the end: up to 3.13 that leaves an empty slot in the interpreter's table for each call.
    if report.title not in registered:
        registered.add(report.title)
        atexit.register(report.flush)


KINDS = {"retained"}
TYPES = {"atexit_callbacks.Report"}
HOLDER = "atexit"
