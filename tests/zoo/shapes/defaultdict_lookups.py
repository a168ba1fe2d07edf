"""Asking a defaultdict for a key it has not makes that key; the twin asks with get."""

from __future__ import annotations

import itertools
from collections import defaultdict

MEMBERS: defaultdict[str, list[str]] = defaultdict(list)
numbers = itertools.count()


def leak() -> None:
    if MEMBERS[f"group{next(numbers)}"]:  # allocated here
        raise AssertionError("nobody was added")


def clean() -> None:
    if MEMBERS.get(f"group{next(numbers)}"):
        raise AssertionError("nobody was added")


KINDS = {"retained"}
TYPES = {"list"}
HOLDER = "defaultdict_lookups.MEMBERS["
