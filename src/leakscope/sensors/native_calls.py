"""Which Python frame runs while native memory grows: reads a figure at each call and return (sys.setprofile), or at
each line of chosen functions (sys.settrace). Touches those two hooks of this thread, and gives them back.
"""

from __future__ import annotations

import os
import sys
import tracemalloc
import types
from array import array
from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

from leakscope.sensors import malloc_cache, malloc_heap, process_memory, thread_activity

Read: TypeAlias = Callable[[], int]

#: Different call paths, and different lines, that are told apart; what comes later counts for where it was called.
NODE_LIMIT = 20_000
LINE_LIMIT = 4_096
_LINE_BITS = 24
_CODE_BITS = 64


class CallGrowth:
    """A profile function that adds what grew since the last event to the call path that ran in between.

    Paths are numbered; number 0 is everything outside the calls. What it keeps for a path it has seen is numbers in
    arrays made beforehand; for a new path it reads the figure again, so that its own memory is nobody's.
    """

    __slots__ = (
        "_at",
        "_growth",
        "_last",
        "_lost",
        "_numbers",
        "_read",
        "codes",
        "event_count",
        "event_limit",
        "parents",
        "taken_away",
    )

    def __init__(self, read: Read, event_limit: int) -> None:
        self._read = read
        self._growth = array("q", bytes(8 * NODE_LIMIT))
        self._numbers: dict[int, int] = {}
        self._at = 0
        self._lost = 0
        self._last = 0
        self.parents = array("q", bytes(8 * NODE_LIMIT))
        self.codes: list[types.CodeType | None] = [None]
        self.event_count = 0
        self.event_limit = event_limit
        self.taken_away = False

    @property
    def is_exhausted(self) -> bool:
        """True once there were more events than allowed: it took itself off then."""
        return self.event_count >= self.event_limit

    def open(self) -> None:
        """Starts reading, outside of all paths. An exhausted one stays off."""
        self._at = self._lost = 0
        if not self.is_exhausted:
            self._last = self._read()
            sys.setprofile(self)

    def close(self) -> None:
        """Stops reading; safe to repeat. A hook that the target set in its place stays."""
        if sys.getprofile() is self:
            sys.setprofile(None)
        elif not self.is_exhausted:
            self.taken_away = True

    def take(self) -> array[int]:
        """What each path grew by since the last ``take``; what came after the last event counts for number 0."""
        now = self._read()
        self._growth[0] += now - self._last
        taken = self._growth[: len(self.codes)]
        for number in range(len(taken)):
            self._growth[number] = 0
        self._last = self._read()
        return taken

    def __call__(self, frame: types.FrameType, event: str, _: Any) -> None:
        if event != "call" and event != "return":
            return  # a C function's memory counts for its caller, whose next event comes soon enough
        now = self._read()
        self._growth[self._at] += now - self._last
        self._last = now
        self.event_count += 1
        if event == "return":
            self._leave(frame.f_code)
        else:
            self._enter(frame.f_code)
        if self.event_count >= self.event_limit:
            sys.setprofile(None)

    def _enter(self, code: types.CodeType) -> None:
        key = self._at << _CODE_BITS | id(code)
        number = self._numbers.get(key, 0)
        if self._lost or (not number and len(self.codes) == NODE_LIMIT):
            self._lost += 1
            return
        if not number:
            number = len(self.codes)
            self.codes.append(code)
            self.parents[number] = self._at
            self._numbers[key] = number
            self._last = self._read()
        self._at = number

    def _leave(self, code: types.CodeType) -> None:
        if self._lost:
            self._lost -= 1
            return
        number = self._at
        while number and self.codes[number] is not code:  # a frame that was entered before, or another stack's
            number = self.parents[number]
        if number:
            self._at = self.parents[number]


class LineGrowth:
    """A trace function that adds what grew since the last event to the line of a chosen function that ran, or that
    called what ran."""

    __slots__ = (
        "_at",
        "_codes",
        "_growth",
        "_last",
        "_numbers",
        "_outer",
        "_read",
        "event_count",
        "event_limit",
        "lines",
        "taken_away",
    )

    def __init__(self, read: Read, event_limit: int, codes: Iterable[types.CodeType]) -> None:
        self._read = read
        self._codes = {id(code): index for index, code in enumerate(codes)}
        self._growth = array("q", bytes(8 * LINE_LIMIT))
        self._numbers: dict[int, int] = {}
        self._outer: list[int] = []
        self._at = 0
        self._last = 0
        #: Index of the code and line of each number; number 0 is everything outside.
        self.lines: list[tuple[int, int]] = [(-1, 0)]
        self.event_count = 0
        self.event_limit = event_limit
        self.taken_away = False

    @property
    def is_exhausted(self) -> bool:
        """True once there were more events than allowed: it took itself off then."""
        return self.event_count >= self.event_limit

    def open(self) -> None:
        """Starts reading, outside of all lines. An exhausted one stays off."""
        self._outer.clear()
        self._at = 0
        if not self.is_exhausted:
            self._last = self._read()
            sys.settrace(self)

    def close(self) -> None:
        """Stops reading; safe to repeat. A hook that the target set in its place stays."""
        if sys.gettrace() is self:
            sys.settrace(None)
        elif not self.is_exhausted:
            self.taken_away = True

    def take(self) -> array[int]:
        """What each line grew by since the last ``take``; what came after the last event counts for number 0."""
        now = self._read()
        self._growth[self._at] += now - self._last
        taken = self._growth[: len(self.lines)]
        for number in range(len(taken)):
            self._growth[number] = 0
        self._last = self._read()
        return taken

    def __call__(self, frame: types.FrameType, event: str, _: Any) -> LineGrowth | None:
        self.event_count += 1
        if self.event_count >= self.event_limit:
            sys.settrace(None)
            return None
        index = self._codes.get(id(frame.f_code), -1)
        if index < 0:
            return None
        now = self._read()
        self._growth[self._at] += now - self._last
        self._last = now
        if event == "return":
            self._at = self._outer.pop() if self._outer else 0
            frame.f_trace = None  # a suspended frame would keep it
            return None
        if event == "call":
            self._outer.append(self._at)
        is_entry = event == "call" and frame.f_lineno == frame.f_code.co_firstlineno  # none of its lines runs yet
        self._at = 0 if is_entry else self._number(index, frame.f_lineno)
        return self

    def _number(self, index: int, line: int) -> int:
        key = index << _LINE_BITS | line
        number = self._numbers.get(key, 0)
        if not number:
            number = len(self.lines)
            if number == LINE_LIMIT:
                return self._at
            self.lines.append((index, line))
            self._numbers[key] = number
            self._last = self._read()
        return number


# --- the figure that is read ------------------------------------------------------------------------------------------


class MallocInUse:
    """Bytes that malloc has handed out and not got back, its cache of this thread left out where that can be read."""

    __slots__ = ("_cache",)

    def __init__(self) -> None:
        self._cache = malloc_cache.find()

    def __call__(self) -> int:
        cache = self._cache
        return malloc_heap.bytes_in_use() - (0 if cache is None else cache.bytes_held())

    def close(self) -> None:
        """Nothing is open."""


class PrivateBytes:
    """Private memory of the process; owns a descriptor of statm until ``close``."""

    __slots__ = ("_statm_fd",)

    def __init__(self) -> None:
        self._statm_fd = process_memory.open_statm()

    def __call__(self) -> int:
        return process_memory.private_bytes_of(self._statm_fd)

    def close(self) -> None:
        """Closes the descriptor."""
        os.close(self._statm_fd)


#: What is read to attribute a signal's growth.
READERS: dict[str, Callable[[], MallocInUse | PrivateBytes]] = {
    "malloc_bytes": MallocInUse,
    "private_bytes": PrivateBytes,
}


# --- when it cannot be done -------------------------------------------------------------------------------------------


def why_not_possible() -> str:
    """Why calls cannot be profiled here and now, or an empty text."""
    tool = _monitoring_tool()
    for applies, reason in (
        (sys.getprofile() is not None, "another profiler is set (sys.setprofile)"),
        (sys.gettrace() is not None, "a debugger or a coverage tool traces (sys.settrace)"),
        (bool(tool), f"the tool {tool} watches (sys.monitoring)"),
        (tracemalloc.is_tracing(), "tracemalloc is on, and takes memory from malloc itself"),
        (
            thread_activity.run_counts() is None and len(sys._current_frames()) > 1,
            "another thread may run",
        ),
    ):
        if applies:
            return reason
    return ""


def _monitoring_tool() -> str:
    """The name of a tool of ``sys.monitoring`` that has events of its own; empty when there is none."""
    monitoring: Any = getattr(sys, "monitoring", None)  # 3.12
    if monitoring is None:
        return ""
    names = [monitoring.get_tool(number) for number in range(6)]
    return next((name for number, name in enumerate(names) if name and monitoring.get_events(number)), "")
