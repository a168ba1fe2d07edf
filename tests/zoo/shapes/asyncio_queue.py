"""Events are put into an asyncio queue that has no reader; the twin reads it."""

from __future__ import annotations

import asyncio

EVENTS: asyncio.Queue[Event] = asyncio.Queue()


class Event:
    def __init__(self, name: str) -> None:
        self.name = name


async def leak() -> None:
    await EVENTS.put(Event("opened"))  # allocated here


async def clean() -> None:
    await EVENTS.put(Event("opened"))
    await EVENTS.get()


KINDS = {"retained"}
TYPES = {"asyncio_queue.Event"}
HOLDER = "asyncio_queue.EVENTS._queue["
