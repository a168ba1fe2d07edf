"""Invoices connect to a signal and are never disconnected; the twin disconnects."""

from __future__ import annotations

from collections.abc import Callable


class Signal:
    def __init__(self) -> None:
        self.receivers: dict[int, Callable[[str], None]] = {}

    def connect(self, key: int, receiver: Callable[[str], None]) -> None:
        self.receivers[key] = receiver


order_placed = Signal()


class Invoice:
    def __init__(self) -> None:
        self.lines: list[str] = []
        order_placed.connect(id(self), self.add_line)

    def add_line(self, text: str) -> None:
        self.lines.append(text)


def leak() -> None:
    Invoice()  # allocated here


def clean() -> None:
    invoice = Invoice()
    order_placed.receivers.pop(id(invoice))


KINDS = {"retained"}
TYPES = {"observer_registry.Invoice"}
HOLDER = "observer_registry.order_placed.receivers["
