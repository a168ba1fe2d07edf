"""__del__ puts the object back into a free list that nobody takes from; the twin's free list has a limit."""

from __future__ import annotations

FREE: list[Buffer] = []
LIMITED: list[Buffer] = []


class Buffer:
    def __init__(self, free: list[Buffer], limit: int) -> None:
        self.free = free
        self.limit = limit

    def __del__(self) -> None:
        if len(self.free) < self.limit:
            self.free.append(self)


def leak() -> None:
    Buffer(FREE, 10**9)  # allocated here


def clean() -> None:
    Buffer(LIMITED, 8)


KINDS = {"retained"}
TYPES = {"resurrection.Buffer"}
HOLDER = "resurrection.FREE["
