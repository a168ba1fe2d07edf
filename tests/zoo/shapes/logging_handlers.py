"""Every job adds a handler to the same logger; the twin removes its handler when the job is done."""

from __future__ import annotations

import io
import logging

LOGGER = logging.getLogger("jobs")
LOGGER.propagate = False


def leak() -> None:
    handler = logging.StreamHandler(io.StringIO())  # allocated here
    LOGGER.addHandler(handler)


def clean() -> None:
    handler = logging.StreamHandler(io.StringIO())
    LOGGER.addHandler(handler)
    LOGGER.removeHandler(handler)


KINDS = {"retained"}
TYPES = {"logging.StreamHandler"}
HOLDER = ".handlers["
