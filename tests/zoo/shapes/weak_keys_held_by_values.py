"""A WeakKeyDictionary whose values refer to their keys never forgets; the twin's value has the name only."""

from __future__ import annotations

import weakref

DETAILS: weakref.WeakKeyDictionary[Model, Details | str] = weakref.WeakKeyDictionary()


class Model:
    name = "model"


class Details:
    def __init__(self, model: Model) -> None:
        self.model = model


def leak() -> None:
    model = Model()  # allocated here
    DETAILS[model] = Details(model)  # allocated here


def clean() -> None:
    model = Model()
    DETAILS[model] = model.name


KINDS = {"retained"}
TYPES = {"weak_keys_held_by_values.Model", "weak_keys_held_by_values.Details"}
HOLDER = "weak_keys_held_by_values.DETAILS"
