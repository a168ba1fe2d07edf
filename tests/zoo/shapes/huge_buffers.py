"""1 MiB a call: buffers are set aside and never reused; the twin reuses the one place."""

from __future__ import annotations

BUFFERS: list[bytes] = []


def leak() -> None:
    # Zeros nobody writes to take no pages: a machine that runs several of these at once shall survive it.
    BUFFERS.append(bytes(1 << 20))  # allocated here


def clean() -> None:
    BUFFERS[:] = [bytes(1 << 20)]


KINDS = {"retained"}
TYPES = {"bytes"}
HOLDER = "huge_buffers.BUFFERS["
