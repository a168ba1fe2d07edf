"""Callbacks are queued on a loop that nobody runs; the twin runs it."""

from __future__ import annotations

import asyncio

LOOP = asyncio.new_event_loop()


class Update:
    def __init__(self) -> None:
        self.is_done = False

    def apply(self) -> None:
        self.is_done = True


def leak() -> None:
    update = Update()  # allocated here
    LOOP.call_soon(update.apply)


def clean() -> None:
    update = Update()
    LOOP.call_soon(update.apply)
    LOOP.call_soon(LOOP.stop)
    LOOP.run_forever()


KINDS = {"retained"}
TYPES = {"global_loop_callbacks.Update"}
HOLDER = "global_loop_callbacks.LOOP._ready["
