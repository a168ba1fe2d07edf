"""A warning whose text differs each time: its module remembers every text; the twin's text is always the same."""

from __future__ import annotations

import itertools
import warnings

numbers = itertools.count()
warnings.simplefilter("default")
warnings.showwarning = lambda *args, **kwargs: None


def leak() -> None:
    warnings.warn(f"slow query {next(numbers)}", stacklevel=1)  # allocated here


def clean() -> None:
    warnings.warn("slow query", stacklevel=1)


KINDS = {"retained"}
TYPES = {"tuple", "str"}
HOLDER = "warnings_registry.__warningregistry__"
