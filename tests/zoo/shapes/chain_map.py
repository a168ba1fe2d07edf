"""A scope is entered by new_child and never left; the twin leaves it by parents."""

from __future__ import annotations

from collections import ChainMap


class Interpreter:
    def __init__(self) -> None:
        self.scope: ChainMap[str, int] = ChainMap({"depth": 0})


INTERPRETER = Interpreter()


def leak() -> None:
    INTERPRETER.scope = INTERPRETER.scope.new_child({"depth": 1})  # allocated here


def clean() -> None:
    INTERPRETER.scope = INTERPRETER.scope.new_child({"depth": 1})
    INTERPRETER.scope = INTERPRETER.scope.parents


KINDS = {"retained"}
TYPES = {"dict"}
HOLDER = "chain_map.INTERPRETER.scope.maps["
