"""A module object per plug-in run is put into sys.modules; the twin takes it out again."""

from __future__ import annotations

import itertools
import sys
import types

numbers = itertools.count()


def leak() -> None:
    name = f"plugin_run_{next(numbers)}"
    sys.modules[name] = types.ModuleType(name)  # allocated here


def clean() -> None:
    name = f"plugin_run_{next(numbers)}"
    sys.modules[name] = types.ModuleType(name)
    del sys.modules[name]


KINDS = {"retained"}
TYPES = {"module"}
HOLDER = "sys.modules["
