"""Each call starts a background thread and waits for its result."""

from __future__ import annotations

import threading


def clean() -> None:
    results: list[int] = []
    thread = threading.Thread(target=lambda: results.append(sum(range(100))))
    thread.start()
    thread.join()
