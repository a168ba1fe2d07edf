"""Contexts are kept, each in a cycle with the request set in it; the twin forgets the context when it has run."""

from __future__ import annotations

import contextvars

CONTEXTS: list[contextvars.Context] = []
request: contextvars.ContextVar[Request] = contextvars.ContextVar("request")


class Request:
    def __init__(self, context: contextvars.Context) -> None:
        self.context = context


def leak() -> None:
    context = contextvars.copy_context()
    context.run(request.set, Request(context))  # allocated here
    CONTEXTS.append(context)


def clean() -> None:
    context = contextvars.copy_context()
    context.run(request.set, Request(context))
    CONTEXTS[:] = [context]


KINDS = {"retained"}
TYPES = {"contexts_kept.Request"}
HOLDER = "contexts_kept.CONTEXTS["
