"""Small tasks are gathered, and another is cancelled by a timeout."""

from __future__ import annotations

import asyncio
import contextlib


async def fetch(number: int) -> int:
    await asyncio.sleep(0)
    return number


async def clean() -> None:
    await asyncio.gather(*(fetch(number) for number in range(5)))
    with contextlib.suppress(asyncio.TimeoutError):
        await asyncio.wait_for(asyncio.sleep(60), 0.0)
