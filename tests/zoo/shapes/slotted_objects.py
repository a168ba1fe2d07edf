"""Slotted objects without a __dict__ are kept by a slotted owner; the twin's owner keeps one."""

from __future__ import annotations


class Tick:
    __slots__ = ("price",)

    def __init__(self, price: float) -> None:
        self.price = price


class Book:
    __slots__ = ("ticks",)

    def __init__(self) -> None:
        self.ticks: list[Tick] = []


BOOK = Book()


def leak() -> None:
    BOOK.ticks.append(Tick(0.5))  # allocated here


def clean() -> None:
    BOOK.ticks[:] = [Tick(0.5)]


KINDS = {"retained"}
TYPES = {"slotted_objects.Tick"}
HOLDER = "slotted_objects.BOOK.ticks["
