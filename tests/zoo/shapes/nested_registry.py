"""Devices are registered below their tenant, three containers deep; the twin's devices have one key."""

from __future__ import annotations

import itertools

TENANTS: dict[str, dict[str, dict[int, Device]]] = {"acme": {"devices": {}}}
numbers = itertools.count()


class Device:
    def __init__(self, number: int) -> None:
        self.number = number


def leak() -> None:
    number = next(numbers)
    TENANTS["acme"]["devices"][number] = Device(number)  # allocated here


def clean() -> None:
    number = next(numbers)
    TENANTS["acme"]["devices"][0] = Device(number)


KINDS = {"retained"}
TYPES = {"nested_registry.Device"}
HOLDER = "nested_registry.TENANTS['acme']['devices']["
