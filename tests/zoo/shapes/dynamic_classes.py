"""A model class is built per request and kept by name; the twin keeps one name."""

from __future__ import annotations

import itertools

MODELS: dict[str, type] = {}
numbers = itertools.count()


def leak() -> None:
    name = f"Row{next(numbers)}"
    MODELS[name] = type(name, (), {"__slots__": ("cells",)})  # allocated here


def clean() -> None:
    name = f"Row{next(numbers)}"
    MODELS["Row"] = type(name, (), {"__slots__": ("cells",)})


KINDS = {"retained"}
TYPES = {"type"}
HOLDER = "dynamic_classes.MODELS["
