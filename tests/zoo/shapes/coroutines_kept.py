"""Coroutines are made for later and never awaited; the twin closes its own."""

from __future__ import annotations

from collections.abc import Coroutine

LATER: list[Coroutine[None, None, str]] = []


async def fetch(path: str) -> str:
    return path


def leak() -> None:
    LATER.append(fetch("/"))  # allocated here


def clean() -> None:
    LATER.append(fetch("/"))
    LATER.pop().close()


KINDS = {"retained"}
TYPES = {"coroutine"}
HOLDER = "coroutines_kept.LATER["
