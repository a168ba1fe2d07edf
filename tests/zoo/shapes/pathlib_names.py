"""pathlib interns the parts of every path, which on 3.12 makes them immortal; the twin joins strings."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

numbers = itertools.count()


def leak() -> str:
    return Path("/var/spool", f"job-{next(numbers)}").name  # allocated here


def clean() -> str:
    return os.path.basename(os.path.join("/var/spool", f"job-{next(numbers)}"))


KINDS = {"retained"}
TYPES = {"str"}
# The interpreter's own table holds them: no Python object does.
HOLDER = None
ONLY = lambda version: version[:2] == (3, 12)  # noqa: E731
