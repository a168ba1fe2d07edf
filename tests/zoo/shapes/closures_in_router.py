"""A handler per request closes over its template and stays in the router; the twin replaces the handler of one path."""

from __future__ import annotations

import itertools
from collections.abc import Callable

ROUTES: dict[str, Callable[[], str]] = {}
numbers = itertools.count()


class Template:
    def __init__(self, text: str) -> None:
        self.text = text


def make_handler(template: Template) -> Callable[[], str]:
    def handle() -> str:
        return template.text

    return handle


def leak() -> None:
    template = Template("hello")  # allocated here
    ROUTES[f"/{next(numbers)}"] = make_handler(template)


def clean() -> None:
    template = Template("hello")
    ROUTES["/"] = make_handler(template)


KINDS = {"retained"}
TYPES = {"closures_in_router.Template"}
HOLDER = "closures_in_router.ROUTES["
