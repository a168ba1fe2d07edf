"""Tags are interned, which on 3.12 makes them immortal; the twin interns a few."""

from __future__ import annotations

import itertools
import sys

numbers = itertools.count()


def leak() -> None:
    sys.intern(f"tag:{next(numbers)}")  # allocated here


def clean() -> None:
    sys.intern(f"tag:{next(numbers) % 10}")


KINDS = {"retained"}
TYPES = {"str"}
# The interpreter's own table holds them: no Python object does.
HOLDER = None
ONLY = lambda version: version[:2] == (3, 12)  # noqa: E731
