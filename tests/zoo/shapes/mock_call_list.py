"""A mock in place of a client remembers every call and its arguments; the twin resets it."""

from __future__ import annotations

from unittest import mock

CLIENT = mock.Mock()


class Payload:
    def __init__(self, text: str) -> None:
        self.text = text


def leak() -> None:
    CLIENT(Payload("hello"))  # allocated here


def clean() -> None:
    CLIENT(Payload("hello"))
    CLIENT.reset_mock()


KINDS = {"retained"}
TYPES = {"mock_call_list.Payload", "unittest.mock._Call"}
HOLDER = "mock_call_list.CLIENT"
