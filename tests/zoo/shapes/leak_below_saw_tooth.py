"""A batch of rows is flushed every 50 calls, and each flush forgets one row elsewhere; the twin forgets none."""

from __future__ import annotations

BATCH: list[Row] = []
REJECTED: list[Row] = []


class Row:
    def __init__(self, text: str) -> None:
        self.text = text


def add_row() -> None:
    BATCH.append(Row("a,b,c"))  # allocated here
    BATCH.append(Row("d,e,f"))  # allocated here


def leak() -> None:
    add_row()
    if len(BATCH) >= 100:
        REJECTED.append(BATCH[0])
        BATCH.clear()


def clean() -> None:
    add_row()
    if len(BATCH) >= 100:
        REJECTED[:] = [BATCH[0]]
        BATCH.clear()


KINDS = {"retained"}
TYPES = {"leak_below_saw_tooth.Row"}
HOLDER = "leak_below_saw_tooth.REJECTED["
