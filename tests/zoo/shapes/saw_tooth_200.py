"""Rows are collected by number and written out every 200 calls."""

from __future__ import annotations

import itertools

BATCH: dict[int, Row] = {}
numbers = itertools.count()


class Row:
    def __init__(self, text: str) -> None:
        self.text = text


def clean() -> None:
    BATCH[next(numbers)] = Row("a,b,c")
    if len(BATCH) == 200:
        BATCH.clear()
