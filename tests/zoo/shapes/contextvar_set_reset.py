"""A context variable is set for the time of the call, also in a copied context."""

from __future__ import annotations

import contextvars


class Request:
    def __init__(self, path: str) -> None:
        self.path = path


request: contextvars.ContextVar[Request] = contextvars.ContextVar("request")


def clean() -> None:
    token = request.set(Request("/"))
    contextvars.copy_context().run(request.set, Request("/inner"))
    request.reset(token)
