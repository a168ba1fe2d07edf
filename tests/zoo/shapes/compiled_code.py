"""An expression is compiled per rule and the code kept; the twin keeps the code of one rule."""

from __future__ import annotations

import itertools
import types

RULES: dict[int, types.CodeType] = {}
numbers = itertools.count()


def leak() -> None:
    number = next(numbers)
    RULES[number] = compile(f"amount > {number}", "<rule>", "eval")  # allocated here


def clean() -> None:
    number = next(numbers)
    RULES[0] = compile(f"amount > {number}", "<rule>", "eval")


KINDS = {"retained"}
TYPES = {"code"}
HOLDER = "compiled_code.RULES["
