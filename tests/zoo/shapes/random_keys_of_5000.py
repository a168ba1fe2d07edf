"""Random ids out of 5,000 are cached: ever fewer of them are new."""

from __future__ import annotations

import random

USERS: dict[int, User] = {}
chance = random.Random(7)


class User:
    def __init__(self, number: int) -> None:
        self.number = number


def clean() -> None:
    number = chance.randrange(5000)
    if number not in USERS:
        USERS[number] = User(number)
