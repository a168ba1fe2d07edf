"""A pickler that is used again keeps everything it wrote in its memo; the twin clears the memo."""

from __future__ import annotations

import io
import pickle

STREAM = io.BytesIO()
PICKLER = pickle.Pickler(STREAM)


class Message:
    def __init__(self, text: str) -> None:
        self.text = text


def leak() -> None:
    PICKLER.dump(Message("hello"))  # allocated here
    STREAM.seek(0)


def clean() -> None:
    PICKLER.dump(Message("hello"))
    PICKLER.clear_memo()
    STREAM.seek(0)


KINDS = {"retained"}
TYPES = {"pickler_memo.Message"}
HOLDER = "pickler_memo.PICKLER"
# Before 3.11 the C pickler does not show its memo to the collector: nobody can see who holds it.
PYTHONS = (3, 11)
