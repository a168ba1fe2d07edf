"""A pattern per user name is compiled and kept in a dict of our own; the twin's dict is cleared at 20."""

from __future__ import annotations

import itertools
import re

PATTERNS: dict[str, re.Pattern[str]] = {}
numbers = itertools.count()


def leak() -> None:
    name = f"user{next(numbers)}"
    PATTERNS[name] = re.compile(f"^{name}$")  # allocated here


def clean() -> None:
    name = f"user{next(numbers)}"
    PATTERNS[name] = re.compile(f"^{name}$")
    if len(PATTERNS) == 20:
        PATTERNS.clear()


KINDS = {"retained"}
TYPES = {"re.Pattern"}
HOLDER = "compiled_patterns.PATTERNS["
