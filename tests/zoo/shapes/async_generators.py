"""Cursors are async generators that are started and kept half-way; the twin closes its cursor."""

from __future__ import annotations

from collections.abc import AsyncGenerator

CURSORS: list[AsyncGenerator[int, None]] = []


async def rows() -> AsyncGenerator[int, None]:
    page = list(range(10))
    for row in page:
        yield row


async def leak() -> None:
    cursor = rows()  # allocated here
    await cursor.__anext__()
    CURSORS.append(cursor)


async def clean() -> None:
    cursor = rows()
    await cursor.__anext__()
    CURSORS.append(cursor)
    await CURSORS.pop().aclose()


KINDS = {"retained"}
TYPES = {"async_generator"}
HOLDER = "async_generators.CURSORS["
