"""Documents with random keys are written and read again."""

from __future__ import annotations

import json
import random

chance = random.Random(7)


def clean() -> None:
    document = {f"key{chance.random()}": [chance.random(), None, "text"] for _ in range(20)}
    if json.loads(json.dumps(document)) != document:
        raise AssertionError("changed on the way")
