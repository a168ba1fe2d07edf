"""One shared pool starts its threads when they are first needed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

POOL = ThreadPoolExecutor(max_workers=4)


def clean() -> None:
    for done in [POOL.submit(len, "job") for _ in range(6)]:
        done.result()
