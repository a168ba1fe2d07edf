"""Files are opened and kept in a list; the twin closes them."""

from __future__ import annotations

import os
from typing import TextIO

LOGS: list[TextIO] = []


def leak() -> None:
    LOGS.append(open(os.devnull))  # noqa: SIM115 # allocated here


def clean() -> None:
    LOGS.append(open(os.devnull))  # noqa: SIM115
    LOGS.pop().close()


KINDS = {"file_descriptor", "retained"}
TYPES = {"_io.TextIOWrapper"}
HOLDER = "open_files.LOGS["
