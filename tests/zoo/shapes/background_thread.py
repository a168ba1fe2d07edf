"""Another thread keeps a window of random size of its own while the function does nothing that stays."""

from __future__ import annotations

import random
import threading
import time

WINDOW: list[bytearray] = []


def watch() -> None:
    chance = random.Random(7)
    while True:
        WINDOW[:] = [bytearray(chance.randrange(100, 2000)) for _ in range(chance.randrange(400))]
        time.sleep(0.002)


threading.Thread(target=watch, daemon=True).start()


def clean() -> None:
    sorted(range(50), reverse=True)


# Whose growth it is cannot be told while another thread allocates: to say so is right too.
CLEAN_VERDICTS = {"no_leak", "inconclusive"}
