"""A history in a deque that was given no maxlen; the twin's has one."""

from __future__ import annotations

from collections import deque

HISTORY: deque[Command] = deque()
RECENT: deque[Command] = deque(maxlen=16)


class Command:
    def __init__(self, line: str) -> None:
        self.line = line


def leak() -> None:
    HISTORY.append(Command("status"))  # allocated here


def clean() -> None:
    RECENT.append(Command("status"))


KINDS = {"retained"}
TYPES = {"unbounded_deque.Command"}
HOLDER = "unbounded_deque.HISTORY["
