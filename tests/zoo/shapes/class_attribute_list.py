"""Errors of all forms go into one list on the class; the twin's forms have a list each."""

from __future__ import annotations

from typing import ClassVar


class Problem:
    def __init__(self, text: str) -> None:
        self.text = text


class Form:
    errors: ClassVar[list[Problem]] = []

    def validate(self) -> None:
        self.errors.append(Problem("name is missing"))  # allocated here


class OwnErrorsForm(Form):
    def __init__(self) -> None:
        self.errors = []  # type: ignore[misc]


def leak() -> None:
    Form().validate()


def clean() -> None:
    OwnErrorsForm().validate()


KINDS = {"retained"}
TYPES = {"class_attribute_list.Problem"}
HOLDER = "class_attribute_list.Form.errors["
