"""A route is an immutable tuple that is replaced by a longer one; the twin's keeps the last steps."""

from __future__ import annotations


class Step:
    def __init__(self, place: str) -> None:
        self.place = place


class Route:
    def __init__(self) -> None:
        self.steps: tuple[Step, ...] = ()


ROUTE = Route()


def leak() -> None:
    ROUTE.steps = (*ROUTE.steps, Step("harbour"))  # allocated here


def clean() -> None:
    ROUTE.steps = (*ROUTE.steps[-20:], Step("harbour"))


KINDS = {"retained"}
TYPES = {"growing_tuple.Step"}
HOLDER = "growing_tuple.ROUTE.steps"
