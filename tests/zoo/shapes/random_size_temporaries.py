"""Buffers of random sizes, small and large, live for one call."""

from __future__ import annotations

import random

chance = random.Random(7)


def clean() -> None:
    chunks = [bytearray(chance.randrange(1, 40_000)) for _ in range(5)]
    chunks.append(bytearray(chance.randrange(1, 600_000)))
    del chunks
