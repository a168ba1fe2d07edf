"""Generated source goes into linecache under a new name each time; the twin's name is always the same."""

from __future__ import annotations

import itertools
import linecache

numbers = itertools.count()


def leak() -> None:
    name = f"<generated {next(numbers)}>"
    linecache.cache[name] = (1, None, [f"def run(): return {name!r}\n"], name)  # allocated here


def clean() -> None:
    name = f"<generated {next(numbers) * 0}>"
    linecache.cache[name] = (1, None, [f"def run(): return {name!r}\n"], name)


KINDS = {"retained"}
TYPES = {"tuple", "list"}
HOLDER = "linecache.cache["
