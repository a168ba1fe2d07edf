"""Output is captured in a BytesIO that nobody empties; the twin truncates it."""

from __future__ import annotations

import io

CAPTURED = io.BytesIO()


def leak() -> None:
    CAPTURED.write(b"GET /index.html 200\n")  # allocated here


def clean() -> None:
    CAPTURED.write(b"GET /index.html 200\n")
    CAPTURED.seek(0)
    CAPTURED.truncate()


KINDS = {"retained"}
TYPES = {"_io.BytesIO"}
HOLDER = "bytesio_growth.CAPTURED"
