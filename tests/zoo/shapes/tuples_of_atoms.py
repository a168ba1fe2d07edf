"""Rows of plain values, which the collector soon stops tracking, are kept for a report; the twin keeps one page."""

from __future__ import annotations

import itertools

ROWS: list[tuple[int, float]] = []
numbers = itertools.count(1000)


def leak() -> None:
    number = next(numbers)
    ROWS.append((number, number / 7))  # allocated here


def clean() -> None:
    number = next(numbers)
    ROWS.append((number, number / 7))
    del ROWS[:-50]


KINDS = {"retained"}
TYPES = {"tuple"}
HOLDER = "tuples_of_atoms.ROWS["
