"""Data is compressed, decompressed and hashed: C state that comes and goes."""

from __future__ import annotations

import hashlib
import random
import zlib

chance = random.Random(7)


def clean() -> None:
    data = chance.randbytes(chance.randrange(100, 5000)) + bytes(1000)
    if zlib.decompress(zlib.compress(data)) != data:
        raise AssertionError("changed on the way")
    hashlib.sha256(data).hexdigest()
