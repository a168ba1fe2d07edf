"""An overload is registered for a class made at run time; the twin registers it for the same class again."""

from __future__ import annotations

import functools
from typing import NamedTuple


class Amount(NamedTuple):
    value: int


@functools.singledispatch
def describe(value: object) -> str:
    return "something"


def describe_amount(value: Amount) -> str:
    return str(value.value)


def leak() -> None:
    kind = type("Amount", (Amount,), {"__slots__": ()})  # allocated here
    describe.register(kind, describe_amount)


def clean() -> None:
    kind = Amount
    describe.register(kind, describe_amount)


KINDS = {"retained"}
TYPES = {"type"}
HOLDER = "singledispatch_registry.describe"
