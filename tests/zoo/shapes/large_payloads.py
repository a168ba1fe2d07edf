"""Responses of 64 KiB are kept by request number; the twin keeps the latest."""

from __future__ import annotations

import itertools

HEAD = b"HTTP/1.1 200 OK\r\n\r\n"
RESPONSES: dict[int, bytes] = {}
numbers = itertools.count()


def leak() -> None:
    RESPONSES[next(numbers)] = HEAD.ljust(65_536, b"y")  # allocated here


def clean() -> None:
    RESPONSES[next(numbers) * 0] = HEAD.ljust(65_536, b"y")


KINDS = {"retained"}
TYPES = {"bytes"}
HOLDER = "large_payloads.RESPONSES["
