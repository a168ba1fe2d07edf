"""Rows are collected and written out every 50 calls."""

from __future__ import annotations

BATCH: list[Row] = []


class Row:
    def __init__(self, text: str) -> None:
        self.text = text


def clean() -> None:
    BATCH.append(Row("a,b,c"))
    if len(BATCH) == 50:
        BATCH.clear()
