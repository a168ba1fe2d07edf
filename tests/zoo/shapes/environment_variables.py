"""A variable per job is put into the environment; the twin sets the same one to the same value."""

from __future__ import annotations

import itertools
import os

numbers = itertools.count()


def leak() -> None:
    os.environ[f"JOB_{next(numbers)}"] = "started"  # allocated here


def clean() -> None:
    # The same value: the C library keeps each value that a variable ever had.
    os.environ[f"JOB_{next(numbers) * 0}"] = "started"


KINDS = {"retained"}
TYPES = {"bytes"}
HOLDER = "os.environ"
