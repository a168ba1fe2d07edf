"""Rules for code that is under way or has stopped: generators, coroutines, frames, tracebacks, tasks."""

from __future__ import annotations

import os
import sys
import types
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from leakscope.heap import frame_locals, safe
from leakscope.heap.holders import attributes, places
from leakscope.heap.holders.places import Place, Rule

_FRAME_FIELDS = {
    types.GeneratorType: "gi_frame",
    types.CoroutineType: "cr_frame",
    types.AsyncGeneratorType: "ag_frame",
}
SUSPENDABLE = tuple(_FRAME_FIELDS)


@dataclass(frozen=True, slots=True)
class LocalNames:
    """The variables of one frame by the id of what they are bound to, and where the frame stands."""

    by_identity: dict[int, str]
    function: str
    position: str
    is_suspended: bool

    def place(self, identity: int) -> Place | None:
        """``.<local 'x' of gen() suspended at app.py:12>``; the line is no part of the shape."""
        name = self.by_identity.get(identity)
        if name is None:
            return None
        stem = f".<local '{name}' of {self.function}()"
        text = f"{stem} {'suspended ' if self.is_suspended else ''}at {self.position}>"
        return Place("frame_local", text, f"{stem}>", text)


def frame_of(holder: object) -> types.FrameType | None:
    """The frame of a generator, a coroutine or an async generator; a frame is its own."""
    if type(holder) is types.FrameType:
        return holder
    for kind, field in _FRAME_FIELDS.items():
        if type(holder) is kind:
            found = kind.__dict__[field].__get__(holder)
            return found if type(found) is types.FrameType else None
    return None


def local_names(holder: object) -> LocalNames | None:
    """The variable names of a resting frame, or of what owns one."""
    frame = frame_of(holder)
    if frame is None:
        return None
    names: dict[int, str] = {}
    for name, value in frame_locals.read_resting(frame):
        names.setdefault(id(value), name)
    code = frame.f_code
    position = f"{os.path.basename(code.co_filename)}:{frame.f_lineno or code.co_firstlineno}"
    return LocalNames(names, code.co_name, position, type(holder) is not types.FrameType)


def locals_and_fields(holder: object, wanted: Collection[int]) -> dict[int, Place]:
    """Variables first, then the fields; what is left lies on the evaluation stack."""
    names = local_names(holder)
    found = attributes.fields(holder, wanted)
    for identity in wanted:
        place = names.place(identity) if names else None
        if place is not None:
            found[identity] = place
        elif names is not None and identity not in found:
            text = f".<temporary of {names.function}()>"
            found[identity] = places.fixed("frame_temporary", text)
    return found


EXECUTION_RULES: dict[type, Rule] = dict.fromkeys((*SUSPENDABLE, types.FrameType), locals_and_fields)


def task_type() -> type | None:
    """The C implementation of ``asyncio.Task`` if the process has imported it."""
    module = sys.modules.get("_asyncio")
    found = safe.module_dict(module).get("Task") if type(module) is types.ModuleType else None  # type: ignore[union-attr]
    return found if type(found) is type else None


def task_name(task: Any, cls: type) -> str:
    """``Task 'sync-1'``."""
    name = cls.__dict__["get_name"](task)
    return f"Task {name!r}" if type(name) is str else "Task"


def is_pending(task: Any, cls: type) -> bool:
    """Whether the task has still to run: a finished one is an object like any other."""
    for base in safe.mro(cls):
        done = safe.class_namespace(base).get("done")
        if done is not None:
            return done(task) is False
    return False
