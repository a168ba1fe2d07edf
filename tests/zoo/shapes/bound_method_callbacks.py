"""Widgets register a bound method and never take it back; the twin does."""

from __future__ import annotations

from collections.abc import Callable

LISTENERS: list[Callable[[], None]] = []


class Widget:
    def __init__(self) -> None:
        self.is_stale = False

    def refresh(self) -> None:
        self.is_stale = True


def leak() -> None:
    widget = Widget()  # allocated here
    LISTENERS.append(widget.refresh)


def clean() -> None:
    widget = Widget()
    LISTENERS.append(widget.refresh)
    LISTENERS.remove(widget.refresh)


KINDS = {"retained"}
TYPES = {"bound_method_callbacks.Widget"}
HOLDER = "bound_method_callbacks.LISTENERS["
