"""A partial with the request in it is queued for the end of the process; the twin's queue is emptied."""

from __future__ import annotations

import functools
from collections.abc import Callable

AT_END: list[Callable[[], None]] = []


class Request:
    def __init__(self, path: str) -> None:
        self.path = path


def note(request: Request) -> None:
    request.path = request.path.lower()


def leak() -> None:
    request = Request("/")  # allocated here
    AT_END.append(functools.partial(note, request))


def clean() -> None:
    request = Request("/")
    AT_END.append(functools.partial(note, request))
    AT_END.pop()()


KINDS = {"retained"}
TYPES = {"partial_callbacks.Request"}
HOLDER = "partial_callbacks.AT_END["
