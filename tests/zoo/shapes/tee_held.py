"""One side of itertools.tee is read, the other one keeps all it has yet to give; the twin reads both."""

from __future__ import annotations

import itertools
from collections.abc import Iterator


class Reading:
    def __init__(self, value: float) -> None:
        self.value = value


def sensor() -> Iterator[Reading]:
    while True:
        yield Reading(0.5)  # allocated here


LIVE, ARCHIVE = itertools.tee(sensor())


def leak() -> None:
    next(LIVE)


def clean() -> None:
    next(LIVE)
    next(ARCHIVE)


KINDS = {"retained"}
TYPES = {"tee_held.Reading"}
HOLDER = "tee_held.ARCHIVE"
