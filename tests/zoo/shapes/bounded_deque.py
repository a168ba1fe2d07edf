"""A deque with room for 1,000 events fills and then drops the oldest."""

from __future__ import annotations

from collections import deque

EVENTS: deque[Event] = deque(maxlen=1000)


class Event:
    def __init__(self, name: str) -> None:
        self.name = name


def clean() -> None:
    EVENTS.append(Event("login"))
