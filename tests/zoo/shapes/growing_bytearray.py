"""A receive buffer whose consumed part is never deleted; the twin deletes it."""

from __future__ import annotations


class Parser:
    def __init__(self) -> None:
        self.buffer = bytearray()
        self.position = 0


PARSER = Parser()


def leak() -> None:
    PARSER.buffer += b"PING 0123456789abcdef\r\n"  # allocated here
    PARSER.position = len(PARSER.buffer)


def clean() -> None:
    PARSER.buffer += b"PING 0123456789abcdef\r\n"
    PARSER.position = len(PARSER.buffer)
    del PARSER.buffer[: PARSER.position]


KINDS = {"retained"}
TYPES = {"bytearray"}
HOLDER = "growing_bytearray.PARSER.buffer"
