"""An executor per request is kept with its thread; the twin shuts it down."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

POOLS: list[ThreadPoolExecutor] = []


def leak() -> None:
    pool = ThreadPoolExecutor(max_workers=1)  # allocated here
    pool.submit(len, "job").result()
    POOLS.append(pool)


def clean() -> None:
    pool = ThreadPoolExecutor(max_workers=1)
    pool.submit(len, "job").result()
    pool.shutdown()


KINDS = {"thread", "retained"}
TYPES = {"concurrent.futures.thread.ThreadPoolExecutor"}
HOLDER = "executors_kept.POOLS["
