"""A transcript in one string that is never cut; the twin keeps its tail."""

from __future__ import annotations


class Chat:
    def __init__(self) -> None:
        self.transcript = ""


CHAT = Chat()


def leak() -> None:
    CHAT.transcript = CHAT.transcript + "user: hello there, anyone?\n"  # allocated here


def clean() -> None:
    CHAT.transcript = (CHAT.transcript + "user: hello there, anyone?\n")[-512:]


KINDS = {"retained"}
TYPES = {"str"}
HOLDER = "growing_string.CHAT.transcript"
