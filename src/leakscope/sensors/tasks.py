"""Unfinished asyncio tasks of the loop that runs in this thread. Touches asyncio only when the program imported it."""

from __future__ import annotations

import sys
from typing import Any

from leakscope.model.snapshot import Missing, Reading


def task_count(loop: Any = None) -> int | None:
    """Unfinished tasks of ``loop`` or of the running one; ``None`` when no loop is running in this thread."""
    asyncio = sys.modules.get("asyncio")
    if asyncio is None:
        return 0
    if loop is None:
        loop = asyncio._get_running_loop()
    return None if loop is None else len(asyncio.all_tasks(loop))


def read() -> Reading:
    """``task_count``."""
    count = task_count()
    if count is None:
        return Reading({}, (Missing("task_count", "no event loop is running in this thread"),))
    return Reading({"task_count": count})
