"""Log records are buffered up to a capacity of 200 and passed on together."""

from __future__ import annotations

import logging
import logging.handlers

HANDLER = logging.handlers.MemoryHandler(capacity=200, target=logging.NullHandler())
LOGGER = logging.getLogger("orders")
LOGGER.addHandler(HANDLER)
LOGGER.setLevel(logging.INFO)
LOGGER.propagate = False


def clean() -> None:
    LOGGER.info("order %d placed", 12)
