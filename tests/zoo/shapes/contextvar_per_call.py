"""A ContextVar made inside the function: the context keeps it and its value for ever; the twin's is made once."""

from __future__ import annotations

import contextvars


class Request:
    def __init__(self, path: str) -> None:
        self.path = path


request_of_app: contextvars.ContextVar[Request] = contextvars.ContextVar("request")


def leak() -> None:
    request: contextvars.ContextVar[Request] = contextvars.ContextVar("request")
    request.set(Request("/"))  # allocated here


def clean() -> None:
    request = request_of_app
    request.set(Request("/"))


KINDS = {"retained"}
TYPES = {"contextvar_per_call.Request"}
HOLDER = "ContextVar 'request'"
