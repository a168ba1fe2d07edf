"""The function under test of one run, from the variable TARGET (MODULE:FUNCTION), the working directory importable.

A coroutine function becomes a plain one that awaits it on one event loop, since most peers take plain functions only.
"""

from __future__ import annotations

import asyncio
import importlib
import inspect
import os
import sys
from collections.abc import Callable
from typing import Any


def target() -> Callable[[], Any]:
    module_name, _, name = os.environ["TARGET"].partition(":")
    sys.path.insert(0, os.getcwd())
    function = getattr(importlib.import_module(module_name), name)
    if not inspect.iscoroutinefunction(function):
        return function
    loop = asyncio.new_event_loop()

    def call() -> None:
        loop.run_until_complete(function())

    return call
