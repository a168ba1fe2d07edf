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
    """One variable of a running frame. ``is_caller`` says that the frame waits for this very search.

    For code at module level it is the namespace, ``function`` is then the file: it matters when the code is no module.
    """

    function: str
    name: str
    thread: str
    is_caller: bool

    def __str__(self) -> str:
        if self.function.endswith((".py", ">")):
            return f"globals of {self.function}"
        where = f"{self.function}() local {self.name!r}" if self.name else f"a variable of {self.function}()"
        return f"{where} [{self.thread}]" if self.thread else where


@dataclass(slots=True)
class RunningFrames:
    """``values[i]`` is bound to ``variables[i]``. Holds live objects until ``close``."""

    variables: list[Variable] = field(default_factory=list)
    values: list[object] = field(default_factory=list)
    #: Module dicts of the calling code that runs at module level.
    caller_namespaces: list[dict[str, object]] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    #: The variable names of the frames that were not read: a dict of exactly these is such a frame's snapshot.
    unread_names: list[frozenset[str]] = field(default_factory=list)

    def close(self) -> None:
        """Let go of all values."""
        self.values.clear()
        self.caller_namespaces.clear()


def is_own_code(code: types.CodeType) -> bool:
    """Code of this package, the demo's service aside: that one plays the user."""
    return code.co_filename.startswith(_OWN_FOLDER) and code.co_filename != _DEMO


def read() -> RunningFrames:
    """The variables of all threads' frames, own frames left out. Module level frames have none: their variables are
    the module's."""
    found = RunningFrames()
    names = _thread_names()
    current = threading.get_ident()
    tops = sys._current_frames()
    try:
        for ident in list(tops):
            is_current = ident == current
            thread = "" if is_current else names.get(ident, f"thread {ident}")
            _read_thread(found, tops[ident], thread, is_current)
    finally:
        tops.clear()  # our own frame is in there: a cycle that would keep the suspects until the next collection
    return found


def _read_thread(found: RunningFrames, top: types.FrameType, thread: str, is_caller: bool) -> None:
    frames = [top]
    try:
        while frames[-1].f_back is not None:
            frames.append(frames[-1].f_back)
        is_traced = frame_locals.is_thread_traced(is_caller)
        while frames:  # outermost first: a frame counts as traced if a caller is
            is_traced = is_traced or frames[-1].f_trace is not None
            if not is_own_code(frames[-1].f_code):
                _add(found, frames[-1], not is_traced, thread, is_caller)
            frames.pop()
    finally:
        frames.clear()
        del top


def _add(found: RunningFrames, frame: types.FrameType, may_clear: bool, thread: str, is_caller: bool) -> None:
    code = frame.f_code
    if code.co_name == "<module>":
        found.variables.append(Variable(os.path.basename(code.co_filename), "", thread, is_caller))
        found.values.append(frame.f_globals)
        if is_caller:
            found.caller_namespaces.append(frame.f_globals)
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
