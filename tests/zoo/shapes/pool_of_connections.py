"""A pool grows to the most connections in use at once, which is 12, and gives them out again."""

from __future__ import annotations

import random

IDLE: list[Connection] = []
chance = random.Random(7)


class Connection:
    def __init__(self) -> None:
        self.is_open = True


def clean() -> None:
    in_use = [IDLE.pop() if IDLE else Connection() for _ in range(chance.randrange(13))]
    IDLE.extend(in_use)
