"""A thread local collects every request of its thread; the twin remembers the current one."""

from __future__ import annotations

import threading

state = threading.local()


class Request:
    def __init__(self, path: str) -> None:
        self.path = path


def leak() -> None:
    if not hasattr(state, "requests"):
        state.requests = []
    state.requests.append(Request("/"))  # allocated here


def clean() -> None:
    if not hasattr(state, "requests"):
        state.requests = []
    state.requests[:] = [Request("/")]


KINDS = {"retained"}
TYPES = {"thread_local_list.Request"}
HOLDER = "thread_local_list.state.requests["
