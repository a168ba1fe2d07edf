"""Subscribers are added to a set and stay there; the twin discards its own again."""

from __future__ import annotations

SUBSCRIBERS: set[Subscriber] = set()


class Subscriber:
    def __init__(self, address: str) -> None:
        self.address = address


def leak() -> None:
    subscriber = Subscriber("someone@example.org")  # allocated here
    SUBSCRIBERS.add(subscriber)


def clean() -> None:
    subscriber = Subscriber("someone@example.org")
    SUBSCRIBERS.add(subscriber)
    SUBSCRIBERS.discard(subscriber)


KINDS = {"retained"}
TYPES = {"unbounded_set.Subscriber"}
HOLDER = "unbounded_set.SUBSCRIBERS.<set member>"
