"""A waiter per request id that no answer ever removes; the twin pops its waiter when the answer is there."""

from __future__ import annotations

import asyncio
import itertools

WAITERS: dict[int, asyncio.Future[str]] = {}
numbers = itertools.count()


async def leak() -> None:
    number = next(numbers)
    WAITERS[number] = asyncio.get_running_loop().create_future()  # allocated here


async def clean() -> None:
    number = next(numbers)
    WAITERS[number] = asyncio.get_running_loop().create_future()
    WAITERS.pop(number).set_result("ok")


KINDS = {"retained"}
TYPES = {"_asyncio.Future"}
HOLDER = "asyncio_futures.WAITERS["
