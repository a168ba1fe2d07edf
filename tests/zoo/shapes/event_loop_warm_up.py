"""The loop's executor and selector are made by the first calls and kept for the others."""

from __future__ import annotations

import asyncio


async def clean() -> None:
    loop = asyncio.get_running_loop()
    await loop.run_in_executor(None, len, "job")
    await asyncio.sleep(0)
