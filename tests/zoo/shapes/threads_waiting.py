"""Threads wait for an event that nobody sets; the twin sets it and joins."""

from __future__ import annotations

import threading


def leak() -> None:
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait, daemon=True)  # allocated here
    thread.start()


def clean() -> None:
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait, daemon=True)
    thread.start()
    stop.set()
    thread.join()


KINDS = {"thread", "retained"}
TYPES = {"threading.Thread"}
HOLDER = "threading._active["
