"""A Counter gets a new key per request because the path has an id in it; the twin counts by route."""

from __future__ import annotations

import itertools
from collections import Counter

HITS: Counter[str] = Counter()
numbers = itertools.count()


def leak() -> None:
    HITS[f"/orders/{next(numbers)}"] += 1  # allocated here


def clean() -> None:
    next(numbers)
    HITS["/orders/{id}"] += 1


KINDS = {"retained"}
TYPES = {"str", "collections.Counter"}
HOLDER = "counter_of_paths.HITS"
