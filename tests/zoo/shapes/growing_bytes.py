"""One bytes attribute gets longer with every chunk; the twin starts anew at a page's length."""

from __future__ import annotations


class Journal:
    def __init__(self) -> None:
        self.text = b""


JOURNAL = Journal()


def leak() -> None:
    JOURNAL.text += b"2026-11-24 request\n"  # allocated here


def clean() -> None:
    JOURNAL.text += b"2026-11-24 request\n"
    if len(JOURNAL.text) > 512:
        JOURNAL.text = b""


KINDS = {"retained"}
TYPES = {"bytes"}
HOLDER = "growing_bytes.JOURNAL.text"
