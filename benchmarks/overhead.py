"""What importing, probing and a snapshot cost, as ratios against a peer in the same run; medians of five rounds.

    python benchmarks/overhead.py

The peer of the import is a bare interpreter, of the probe and of the snapshot one psutil reading of USS.
"""

from __future__ import annotations

import gc
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import psutil

import leakscope

ROUNDS = 5
HEAPS = (20_000, 1_000_000)


def seconds_per_call(call: Callable[[], object], calls: int) -> float:
    started = time.perf_counter()
    for _ in range(calls):
        call()
    return (time.perf_counter() - started) / calls


def median(call: Callable[[], object], calls: int) -> float:
    call()
    return statistics.median(seconds_per_call(call, calls) for _ in range(ROUNDS))


def empty_probe() -> None:
    with leakscope.probe("empty", objects=False, memory=False, collect=False):
        pass


def full_probe() -> None:
    with leakscope.probe("full"):
        pass


def psutil_uss() -> None:
    psutil.Process().memory_full_info()


def interpreter_seconds(code: str) -> float:
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True, env=environment)
    return time.perf_counter() - started


def row(name: str, seconds: float, peer: str, peer_seconds: float, limit_seconds: float | None = None) -> bool:
    """Prints one figure; gives whether it keeps its limit."""
    ratio = seconds / peer_seconds
    limit = "" if limit_seconds is None else f", limit {limit_seconds * 1e6:,.0f} us"
    print(f"{name:<40}{seconds * 1e6:>10,.0f} us {ratio:>7.2f} x {peer} ({peer_seconds * 1e6:,.0f} us){limit}")
    return limit_seconds is None or seconds <= limit_seconds


def measure_import() -> bool:
    interpreter_seconds("import leakscope")  # writes the byte code
    bare = statistics.median(interpreter_seconds("pass") for _ in range(ROUNDS * 4))
    with_import = statistics.median(interpreter_seconds("import leakscope") for _ in range(ROUNDS * 4))
    row("start-up with `import leakscope`", with_import, "bare interpreter", bare)
    return row("  of which the import", with_import - bare, "bare interpreter", bare, 15e-3)


def measure_heap(object_count: int) -> bool:
    heap = [[] for _ in range(object_count - len(gc.get_objects()))]
    gc.collect()
    print(f"\nheap of {len(gc.get_objects()):,} gc objects")
    peer = median(psutil_uss, 20)
    collection = median(gc.collect, 2)
    counters_limit = 50e-6 if object_count <= 20_000 else 500e-6
    counters = median(lambda: leakscope.snapshot(detail="counters"), 200)
    keeps = [
        row("probe, collect=objects=memory=False", median(empty_probe, 200), "psutil USS", peer, 200e-6),
        row("snapshot(detail='counters')", counters, "psutil USS", peer, counters_limit),
        row("snapshot(detail='memory')", median(lambda: leakscope.snapshot(detail="memory"), 20), "psutil USS", peer),
        row("probe, defaults", median(full_probe, 2), "gc.collect()", collection),
    ]
    del heap
    return all(keeps)


def main() -> int:
    print(f"Python {sys.version.split()[0]}, medians of {ROUNDS} rounds")
    keeps = [measure_import(), *(measure_heap(object_count) for object_count in HEAPS)]
    return 0 if all(keeps) else 1


if __name__ == "__main__":
    sys.exit(main())
