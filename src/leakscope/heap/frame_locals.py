"""Reading the variables of a frame without changing the program: no snapshot stays behind, no variable is lost."""

from __future__ import annotations

import gc
import inspect
import sys
import threading
import types

from leakscope.heap import safe

#: Since 3.13 ``f_locals`` is a view; before, reading it fills a dict that the frame keeps, and so keeps objects alive.
READS_LEAVE_NO_TRACE = sys.version_info >= (3, 13)
_F_LOCALS = types.FrameType.__dict__["f_locals"]
_UNSHARED = 3  # references to a snapshot that nobody else took: the frame's, our variable's, the argument's

Variables = list[tuple[str, object]]


def is_thread_traced(is_current: bool) -> bool:
    """Whether a trace or profile function may be looking at this thread's frames: after it returns, the interpreter
    (3.12 and older) writes the snapshot back into the variables."""
    if threading.gettrace() is not None or threading.getprofile() is not None:
        return True
    return is_current and (sys.gettrace() is not None or sys.getprofile() is not None)


def is_chain_traced(frame: types.FrameType | None) -> bool:
    """Whether the frame or one of its callers is being traced."""
    while frame is not None:
        if frame.f_trace is not None:
            return True
        frame = frame.f_back
    return False


def read(frame: types.FrameType, may_clear: bool) -> Variables | None:
    """The bound variables, cells opened; ``None`` when they cannot be read without leaving a trace.

    ``may_clear`` says that nothing traces the frame (3.12 and older): clearing the snapshot under a trace function
    would destroy the variables.
    """
    is_function = bool(frame.f_code.co_flags & inspect.CO_OPTIMIZED)
    if is_function and not READS_LEAVE_NO_TRACE and not may_clear:
        return None
    found = _F_LOCALS.__get__(frame)
    if type(found) is dict:
        variables = [(name, value) for name, value in safe.dict_items(found) if type(name) is str]
        if is_function and sys.getrefcount(found) <= _UNSHARED:  # else it is a ``locals()`` that somebody uses
            dict.clear(found)
        return variables
    if READS_LEAVE_NO_TRACE and is_function:
        return [(name, value) for name, value in found.items() if type(name) is str]
    return None  # a mapping of the user's own, given to exec


def is_running(frame: types.FrameType) -> bool:
    """Whether the frame is on some thread's stack now (the frame of a caught exception may be)."""
    tops = sys._current_frames()
    running: types.FrameType | None = None
    try:
        for ident in tops:
            running = tops[ident]
            while running is not None:
                if running is frame:
                    return True
                running = running.f_back
        return False
    finally:
        tops.clear()  # our own frame is in there, and would keep itself
        del running


def read_resting(frame: types.FrameType | None) -> Variables:
    """The variables of a frame that should not run: of a suspended generator, a coroutine or a traceback.

    The interpreter refreshes the snapshot before it calls a trace function, so a resting frame may be cleared.
    """
    if frame is None:
        return []
    may_clear = READS_LEAVE_NO_TRACE or not is_running(frame) or not (is_thread_traced(True) or is_chain_traced(frame))
    return read(frame, may_clear) or []


def unnamed_referents(frame: types.FrameType) -> list[object]:
    """What a frame refers to without a look at its variables: something on 3.10, nothing on a later Python while
    the frame runs."""
    passed_over = (types.FrameType, types.CodeType)
    return [
        found
        for found in gc.get_referents(frame)
        if not safe.is_exactly(found, passed_over) and found is not frame.f_globals and found is not frame.f_builtins
    ]
