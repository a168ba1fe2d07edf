"""Latencies are recorded as plain ints and never folded; the twin keeps their sum."""

from __future__ import annotations

import time

LATENCIES: list[int] = []


def leak() -> None:
    LATENCIES.append(time.perf_counter_ns())  # allocated here


def clean() -> None:
    LATENCIES[:] = [sum(LATENCIES) % 1_000_000 + time.perf_counter_ns()]


KINDS = {"retained"}
TYPES = {"int"}
HOLDER = "list_of_ints.LATENCIES["
