"""Each span makes itself the current one with the last as parent and nobody resets; the twin resets with its token."""

from __future__ import annotations

import contextvars


class Span:
    def __init__(self, parent: Span | None) -> None:
        self.parent = parent


current_span: contextvars.ContextVar[Span | None] = contextvars.ContextVar("current_span", default=None)


def leak() -> None:
    current_span.set(Span(current_span.get()))  # allocated here


def clean() -> None:
    token = current_span.set(Span(current_span.get()))
    current_span.reset(token)


KINDS = {"retained"}
TYPES = {"contextvar_chain.Span"}
HOLDER = "ContextVar 'current_span'"
