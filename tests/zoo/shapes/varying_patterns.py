"""A different pattern is used on every call: re keeps a limited number of them."""

from __future__ import annotations

import itertools
import re

numbers = itertools.count()


def clean() -> None:
    number = next(numbers)
    if not re.match(rf"user(\d+)-{number}$", f"user12-{number}"):
        raise AssertionError("no match")
