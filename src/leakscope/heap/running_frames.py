"""The variables of every running frame, read once: the collector's referrers do not show them on 3.11 and later."""

from __future__ import annotations

import os
import sys
import threading
import types
from dataclasses import dataclass, field

from leakscope import _env
from leakscope.heap import frame_locals, safe

_OWN_FOLDER = _env.PACKAGE_FOLDER + os.sep
_DEMO = os.path.join(_env.PACKAGE_FOLDER, "cli", "demo_service.py")


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable of a running frame. ``is_caller`` says that the frame waits for this very search."""

    function: str
    name: str
    thread: str
    is_caller: bool

    def __str__(self) -> str:
        where = f"{self.function}() local {self.name!r}" if self.name else f"a variable of {self.function}()"
        return f"{where} [{self.thread}]" if self.thread else where


@dataclass(slots=True)
class RunningFrames:
    """``values[i]`` is bound to ``variables[i]``. Holds live objects until ``close``."""

    variables: list[Variable] = field(default_factory=list)
    values: list[object] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    #: The variable names of the frames that were not read: a dict of exactly these is such a frame's snapshot.
    unread_names: list[frozenset[str]] = field(default_factory=list)

    def close(self) -> None:
        """Let go of all values."""
        self.values.clear()


def is_own_code(code: types.CodeType) -> bool:
    """Code of this package, the demo's service aside: that one plays the user."""
    return code.co_filename.startswith(_OWN_FOLDER) and code.co_filename != _DEMO


def read() -> RunningFrames:
    """The variables of all threads' frames, own frames left out. Module level frames have none: their variables are
    the module's."""
    found = RunningFrames()
    names = _thread_names()
    current = threading.get_ident()
    for ident, top in sys._current_frames().items():
        is_current = ident == current
        is_traced = frame_locals.is_thread_traced(is_current)
        frames = _chain(top)
        for position in range(len(frames) - 1, -1, -1):  # outermost first: a frame is traced if a caller is
            frame = frames[position]
            is_traced = is_traced or frame.f_trace is not None
            if not is_own_code(frame.f_code):
                _add(found, frame, not is_traced, "" if is_current else names.get(ident, f"thread {ident}"), is_current)
        frames.clear()
    return found


def _chain(top: types.FrameType | None) -> list[types.FrameType]:
    frames = []
    while top is not None:
        frames.append(top)
        top = top.f_back
    return frames


def _add(found: RunningFrames, frame: types.FrameType, may_clear: bool, thread: str, is_caller: bool) -> None:
    code = frame.f_code
    if code.co_name == "<module>":
        return
    variables = frame_locals.read(frame, may_clear)
    if variables is None:
        found.unread.append(f"{code.co_name}()")
        found.unread_names.append(frozenset((*code.co_varnames, *code.co_cellvars, *code.co_freevars)))
        variables = [("", value) for value in frame_locals.unnamed_referents(frame)]
    for name, value in variables:
        found.variables.append(Variable(code.co_name, name, thread, is_caller))
        found.values.append(value)


def _thread_names() -> dict[int, str]:
    """Names by thread id, without the lock that another thread may hold."""
    found: dict[int, str] = {}
    for ident, thread in safe.dict_items(threading._active):  # type: ignore[attr-defined]
        name = (safe.instance_dict(thread) or {}).get("_name")
        if type(ident) is int and type(name) is str:
            found[ident] = name
    return found
