"""The demo's target: a small service that leaks in three ways, each of another kind. To leakscope it is user code."""

from __future__ import annotations

import ctypes
import itertools
import sys


class Page:
    """A rendered page."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.body = f"<h1>{path}</h1>"


class Request:
    """One request; it knows its response, and the response knows it: a cycle."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.response = Response(self)


class Response:
    """The answer to a request."""

    def __init__(self, request: Request) -> None:
        self.request = request


#: Leak 1: every page that was ever rendered, by its path, for ever.
PAGES: dict[str, Page] = {}

_numbers = itertools.count(1)
_libc = ctypes.CDLL("msvcrt" if sys.platform == "win32" else None)
_libc.malloc.restype = ctypes.c_void_p


def handle_request() -> None:
    """Serves one request, and leaks."""
    request = Request(f"/page/{next(_numbers)}")
    PAGES[request.path] = Page(request.path)
    log_natively()
    # Not leak 2: request and response refer to each other, so only the cyclic collector frees them, and it does.


def log_natively() -> None:
    """Leak 3: a buffer from malloc that nobody frees, as a C extension would lose it."""
    _libc.malloc(1024)
