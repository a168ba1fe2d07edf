"""Tasks wait for an event that is never set; the twin's task is awaited."""

from __future__ import annotations

import asyncio

PENDING: set[asyncio.Task[None]] = set()


async def wait_for_reply(reply: asyncio.Event) -> None:
    await reply.wait()


async def leak() -> None:
    reply = asyncio.Event()
    PENDING.add(asyncio.create_task(wait_for_reply(reply)))  # allocated here


async def clean() -> None:
    reply = asyncio.Event()
    reply.set()
    await asyncio.create_task(wait_for_reply(reply))


KINDS = {"task", "retained"}
TYPES = {"_asyncio.Task", "coroutine"}
HOLDER = "asyncio_tasks.PENDING"
