"""An audit trail that is only ever appended to; the twin keeps the last event."""

from __future__ import annotations

EVENTS: list[Event] = []


class Event:
    def __init__(self, name: str) -> None:
        self.name = name


def leak() -> None:
    EVENTS.append(Event("login"))  # allocated here


def clean() -> None:
    EVENTS[:] = [Event("login")]


KINDS = {"retained"}
TYPES = {"unbounded_list.Event"}
HOLDER = "unbounded_list.EVENTS["
