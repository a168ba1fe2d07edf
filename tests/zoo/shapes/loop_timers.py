"""Every request starts a timeout of an hour and never cancels it; the twin cancels."""

from __future__ import annotations

import asyncio


class Session:
    def __init__(self) -> None:
        self.is_open = True

    def expire(self) -> None:
        self.is_open = False


async def leak() -> None:
    session = Session()  # allocated here
    asyncio.get_running_loop().call_later(3600, session.expire)


async def clean() -> None:
    session = Session()
    asyncio.get_running_loop().call_later(3600, session.expire).cancel()


KINDS = {"retained"}
TYPES = {"loop_timers.Session"}
HOLDER = "._scheduled["
