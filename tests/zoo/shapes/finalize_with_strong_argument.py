"""weakref.finalize is given a bound method of the very object it watches; the twin passes the number only."""

from __future__ import annotations

import weakref

closed: list[int] = []


class Connection:
    def __init__(self, number: int) -> None:
        self.number = number

    def close(self) -> None:
        note_closed(self.number)


def note_closed(number: int) -> None:
    closed[:] = [number]


def leak() -> None:
    connection = Connection(1)  # allocated here
    weakref.finalize(connection, connection.close)


def clean() -> None:
    connection = Connection(1)
    weakref.finalize(connection, note_closed, connection.number)


KINDS = {"retained"}
TYPES = {"finalize_with_strong_argument.Connection"}
HOLDER = "weakref.finalize._registry"
