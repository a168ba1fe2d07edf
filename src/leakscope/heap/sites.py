"""Where memory was allocated, as ``file.py:43 in f``, from traces that are on. Touches tracemalloc and code objects."""

from __future__ import annotations

import _tracemalloc
import ctypes
import gc
import os
import sys
import sysconfig
import tracemalloc
import types
from collections.abc import Iterable
from typing import Any

from leakscope import _env
from leakscope.model.evidence import SiteGrowth

#: Enough frames to leave a library by; deeper stacks name the library's line.
FRAME_COUNT = 12
#: Python serves requests up to this size from its own arenas and larger ones from malloc.
SMALL_REQUEST_BYTES = 512
#: One object that grows shows as bytes without counts; less than this is a table's or a list's own step.
LEAST_GROWN_BYTES = 4096

_STDLIB = sysconfig.get_paths()["stdlib"]
_OWN_FOLDER = _env.PACKAGE_FOLDER + os.sep
_DEMO = os.path.join(_env.PACKAGE_FOLDER, "cli", "demo_service.py")


class SiteNames:
    """Turns traces into site texts; looks the function of a line up once. Holds code objects until it is dropped."""

    __slots__ = ("_codes", "_names")

    def __init__(self) -> None:
        self._codes: dict[str, list[types.CodeType]] | None = None
        self._names: dict[tuple[str, int], str] = {}

    def of_object(self, obj: object) -> str | None:
        """The site where ``obj`` was allocated; ``None`` when that was not traced."""
        traceback = traceback_of(obj)
        return None if traceback is None else self.of_frames(traceback)

    def of_frames(self, frames: Iterable[tracemalloc.Frame]) -> str | None:
        """The most recent frame, outside the standard library when there is one; ``None`` for leakscope's own."""
        chosen = chosen_line([(frame.filename, frame.lineno) for frame in reversed(list(frames))])
        return None if chosen is None else self.at(*chosen)

    def at(self, filename: str, line: int) -> str:
        """The text of one source line."""
        key = (filename, line)
        if key not in self._names:
            self._names[key] = site_text(filename, line, self._function_at(filename, line))
        return self._names[key]

    def _function_at(self, filename: str, line: int) -> str:
        if self._codes is None:
            self._codes = _codes_by_file()
        best: types.CodeType | None = None
        for code in self._codes.get(filename, ()):
            is_inside = any(number == line for _, _, number in code.co_lines())
            if is_inside and (best is None or code.co_firstlineno >= best.co_firstlineno):
                best = code
        if best is None:
            return ""
        return function_name(best)


def function_name(code: types.CodeType) -> str:
    """The name of a function as a person would call it."""
    name: str = getattr(code, "co_qualname", code.co_name)  # 3.11
    return name


def site_text(filename: str, line: int, function: str) -> str:
    """``"app.py:43 in f"``, without the function when that is unknown."""
    place = f"{_short(filename)}:{line}"
    return f"{place} in {function}" if function else place


def is_traced(obj: object) -> bool:
    """True when ``obj`` was allocated since tracing began."""
    return traceback_of(obj) is not None


def traceback_of(obj: object) -> tracemalloc.Traceback | None:
    """Where ``obj`` was allocated. On 3.11 ``tracemalloc`` looks at the wrong address for an instance with a
    ``__dict__`` (two words before the collector's header, which 3.12 accounts for): look there too."""
    found = tracemalloc.get_object_traceback(obj)
    if found is not None or _raw_traceback is None or not gc.is_tracked(obj):
        return found
    frames = _raw_traceback(0, id(obj) - _PRE_HEADER_BYTES)
    return None if frames is None else tracemalloc.Traceback(frames)


def _bind_raw_traceback() -> Any:
    """CPython 3.11's own look-up by address, or None where it is not needed."""
    if sys.version_info[:2] != (3, 11) or not _env.IS_CPYTHON:
        return None
    function = getattr(ctypes.pythonapi, "_PyTraceMalloc_GetTraceback", None)
    if function is not None:
        function.restype = ctypes.py_object
        function.argtypes = (ctypes.c_uint, ctypes.c_size_t)
    return function


_PRE_HEADER_BYTES = 4 * ctypes.sizeof(ctypes.c_void_p)
_raw_traceback = _bind_raw_traceback()


def chosen_line(frames: Iterable[tuple[str, int]]) -> tuple[str, int] | None:
    """File and line to blame, of frames with the most recent first: of those more recent than any of leakscope's, the
    first outside the standard library, else the first."""
    fallback: tuple[str, int] | None = None
    for filename, line in frames:
        if is_own_file(filename):
            break
        if not is_library_file(filename):
            return filename, line
        fallback = fallback or (filename, line)
    return fallback


class TraceTotals:
    """Live traced memory at one instant: count and bytes per blamed line, and bytes in requests that malloc served."""

    __slots__ = ("_lines", "large_bytes")

    def __init__(self) -> None:
        self._lines: dict[tuple[str, int], list[int]] = {}
        self.large_bytes = 0
        # The raw traces: the objects that take_snapshot() wraps them in cost seconds where there are many. Equal
        # tracebacks are one tuple in this list, so each is looked at once.
        traces = _tracemalloc._get_traces()
        lines: dict[int, tuple[str, int] | None] = {}
        for domain, size, frames, *_ in traces:
            if id(frames) not in lines:
                lines[id(frames)] = chosen_line(frames)
            line = lines[id(frames)]
            if line is not None:
                row = self._lines.setdefault(line, [0, 0, 0])
                row[0] += 1
                row[1] += size
                row[2] = max(row[2], size)
                if size > SMALL_REQUEST_BYTES or domain != 0:
                    self.large_bytes += size

    def grown(self, before: TraceTotals, names: SiteNames, least_count: int) -> tuple[SiteGrowth, ...]:
        """The lines with at least ``least_count`` more live allocations than before, or with one that grew by many
        bytes; most bytes first."""
        rows = []
        for line, (count, total, largest) in self._lines.items():
            count_before, total_before, _ = before._lines.get(line, (0, 0, 0))
            if count - count_before >= least_count or total - total_before >= LEAST_GROWN_BYTES:
                rows.append(SiteGrowth(names.at(*line), count - count_before, total - total_before, largest))
        return tuple(sorted(rows, key=lambda row: -row.bytes))


def is_own_file(filename: str) -> bool:
    """True for leakscope's own source, the demo's service left out: to the demo it is the user's code."""
    return filename.startswith(_OWN_FOLDER) and filename != _DEMO


def is_library_file(filename: str) -> bool:
    """True for the standard library and for code without a file: what is passed over for its caller."""
    if filename.startswith("<"):
        return True
    return filename.startswith(_STDLIB) and "site-packages" not in filename


def _short(filename: str) -> str:
    """A path as a person would say it: below the working directory or a folder of packages, else its last two parts."""
    for folder in (os.getcwd(), *sys.path):
        if folder and filename.startswith(folder.rstrip(os.sep) + os.sep):
            return filename[len(folder.rstrip(os.sep)) + 1 :]
    return os.sep.join(filename.split(os.sep)[-2:])


def _codes_by_file() -> dict[str, list[types.CodeType]]:
    """The code objects of all live functions, those nested in them too, by file."""
    found: dict[str, list[types.CodeType]] = {}
    pending = [obj.__code__ for obj in gc.get_objects() if type(obj) is types.FunctionType]
    seen: set[int] = set()
    while pending:
        code = pending.pop()
        if id(code) not in seen:
            seen.add(id(code))
            found.setdefault(code.co_filename, []).append(code)
            pending.extend(constant for constant in code.co_consts if type(constant) is types.CodeType)
    return found
