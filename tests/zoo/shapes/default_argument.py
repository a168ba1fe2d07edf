"""A list as default argument is shared by all calls; the twin passes a list of its own."""

from __future__ import annotations


class Item:
    def __init__(self, name: str) -> None:
        self.name = name


def add(name: str, basket: list[Item] = []) -> list[Item]:  # noqa: B006 - this is the leak
    basket.append(Item(name))  # allocated here
    return basket


def leak() -> None:
    add("apple")


def clean() -> None:
    add("apple", [])


KINDS = {"retained"}
TYPES = {"default_argument.Item"}
HOLDER = "default_argument.add.__defaults__[0]["
