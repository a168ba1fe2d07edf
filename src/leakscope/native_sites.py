"""Below which function native memory grows: a few more calls with a figure read at every call and return, and again at
every line of the functions found. Touches the hooks of sensors/native_calls; what leaves is ``NativeSite`` values.
"""

from __future__ import annotations

import gc
import math
import time
import types
from collections.abc import Generator
from dataclasses import dataclass
from typing import Protocol

from leakscope._format import number
from leakscope.analysis.native_calls import Blame, blamed_functions, blamed_lines
from leakscope.analysis.native_growth import NativeGrowth
from leakscope.heap import sites
from leakscope.model.evidence import CallPath, NativeSite, SiteGrowth
from leakscope.sensors import native_calls, thread_activity
from leakscope.sensors.native_calls import CallGrowth, LineGrowth, Read

#: What a window should show: much more than the noise of malloc's own bookkeeping, or of pages.
WANTED_BYTES = {"malloc_bytes": 32 << 10, "private_bytes": 2 << 20}
PARTS = 4
PART_CALLS_LEAST = 2
PART_CALLS_MOST = 400
#: Calls before the window: new code paths, and the interpreter's own tables for hooks, are made then.
WARM_UP_CALLS = 4
#: Of the time that is left, what each of the two windows may take.
WINDOW_SHARE = 0.4
#: What an event costs besides reading the figure.
EVENT_SECONDS = 2e-6
_COMPREHENSIONS = frozenset({"<listcomp>", "<setcomp>", "<dictcomp>"})  # functions until 3.12


class Reader(Protocol):
    """Reads one figure again and again."""

    def __call__(self) -> int: ...

    def close(self) -> None:
        """Lets go of what reading needs."""


@dataclass(frozen=True, slots=True)
class NativeSites:
    """The answer: sites, or notes that say why there are none."""

    sites: tuple[NativeSite, ...] = ()
    notes: tuple[str, ...] = ()


def find_native_sites(
    growth: NativeGrowth,
    python_sites: tuple[SiteGrowth, ...],
    python_calls: int,
    seconds: float,
    reader: Reader | None = None,
) -> Generator[int, None, NativeSites]:
    """Yields numbers of calls to make; returns the functions and lines that ``growth`` is to be blamed on.

    ``python_sites`` is what Python objects took at which line over ``python_calls`` calls: that is not native.
    ``reader`` reads something else than the memory that the signal of ``growth`` is about.
    """
    reason = native_calls.why_not_possible()
    if reason:
        return _unknown(reason)
    reader = reader or native_calls.READERS[growth.signal]()
    threads = thread_activity.run_counts()
    try:
        found = yield from _functions(reader, growth, seconds)
        if isinstance(found, str):
            return _unknown(found)
        calls, codes, blames = found
        located = yield from _lines(reader, calls, codes, blames, seconds)
    finally:
        reader.close()
    if thread_activity.run_counts() != threads:
        return _unknown("another thread ran")
    python = {row.site: row.bytes / max(1, python_calls) for row in python_sites}
    native = [row for row in located if row.bytes_per_call > 2 * python.get(row.site, 0.0)]
    return NativeSites(tuple(native)) if native else _unknown("it is where Python objects are made, too")


def _unknown(reason: str) -> NativeSites:
    return NativeSites(notes=(f"native growth: no function named, {reason}",))


def _event_limit(read: Read, seconds: float) -> int:
    """Events that fit in a window of so many seconds."""
    started = time.perf_counter()
    for _ in range(50):
        read()
    cost = (time.perf_counter() - started) / 50 + EVENT_SECONDS
    return max(1, int(WINDOW_SHARE * seconds / cost))


# --- the two windows --------------------------------------------------------------------------------------------------


def _functions(
    read: Read, growth: NativeGrowth, seconds: float
) -> Generator[int, None, tuple[int, list[types.CodeType], tuple[Blame, ...]] | str]:
    """The calls of a part, the functions to blame and what each kept over a window; or why there are none."""
    hook = CallGrowth(read, _event_limit(read, seconds))
    started = time.perf_counter()
    yield from _calls(hook, WARM_UP_CALLS)
    per_call = (time.perf_counter() - started) / WARM_UP_CALLS
    hook.take()
    part_calls = _part_calls(growth, seconds / max(per_call, 1e-7))
    parts = yield from _parts(hook, part_calls)
    if hook.taken_away:
        return "the calls set a profiler of their own (sys.setprofile)"
    if not parts:
        return f"too many calls and returns to read them all ({number(hook.event_count)})"
    numbers = {id(code): index for index, code in reversed(list(enumerate(hook.codes)))}
    paths = [
        CallPath(
            parent=hook.parents[index],
            function=numbers[id(code)],
            growths=tuple(part[index] if index < len(part) else 0 for part in parts),
            is_library=code is not None and _is_passed_over(code),
        )
        for index, code in enumerate(hook.codes)
    ]
    blames = blamed_functions(paths, growth.total_per_call * part_calls * len(parts))
    known = [(blame, hook.codes[blame.function]) for blame in blames]
    named = [(blame, code) for blame, code in known if code is not None and not sites.is_own_file(code.co_filename)]
    if not named:
        return "it did not show again, or outside the calls only"
    per_part = [Blame(index, blame.bytes / len(parts)) for index, (blame, _) in enumerate(named)]
    return part_calls, [code for _, code in named], tuple(per_part)


def _part_calls(growth: NativeGrowth, affordable: float) -> int:
    """Calls of one of the parts of a window."""
    wanted = math.ceil(WANTED_BYTES.get(growth.signal, growth.per_call) / growth.per_call / PARTS)
    most = int(WINDOW_SHARE * affordable / PARTS)
    return max(1, min(max(wanted, PART_CALLS_LEAST), most, PART_CALLS_MOST))


def _lines(
    read: Read, part_calls: int, codes: list[types.CodeType], blames: tuple[Blame, ...], seconds: float
) -> Generator[int, None, list[NativeSite]]:
    """Each function's lines that keep memory; its first line when that cannot be told."""
    hook = LineGrowth(read, _event_limit(read, seconds), codes)
    yield from _calls(hook, WARM_UP_CALLS)
    hook.take()
    parts = yield from _parts(hook, part_calls)
    located: list[NativeSite] = []
    for blame, code in zip(blames, codes, strict=True):
        name = sites.function_name(code)
        own = [index for index, (number_of_code, _) in enumerate(hook.lines) if number_of_code == blame.function]
        rows = [tuple(part[index] if index < len(part) else 0 for part in parts) for index in own]
        chosen = blamed_lines(rows, blame.bytes * len(parts)) if parts else ()
        total = sum(sum(rows[place]) for place in chosen)
        for place in chosen:
            line = hook.lines[own[place]][1]
            share = sum(rows[place]) / total
            text = sites.site_text(code.co_filename, line, name)
            located.append(NativeSite(name, text, share * blame.bytes / part_calls))
        if not chosen:
            text = sites.site_text(code.co_filename, code.co_firstlineno, name)
            located.append(NativeSite(name, text, blame.bytes / part_calls))
    return located


def _calls(hook: CallGrowth | LineGrowth, calls: int) -> Generator[int, None, None]:
    hook.open()
    try:
        yield calls
    finally:
        hook.close()


def _parts(hook: CallGrowth | LineGrowth, calls: int) -> Generator[int, None, list[tuple[int, ...]]]:
    """What each path or line took in each part that was read to its end."""
    parts: list[tuple[int, ...]] = []
    for _ in range(PARTS):
        yield from _calls(hook, calls)
        if hook.is_exhausted:
            break
        gc.collect()  # what only the collector frees was given back by nobody's call
        parts.append(tuple(hook.take()))
    return parts


def _is_passed_over(code: types.CodeType) -> bool:
    name = code.co_filename
    return sites.is_library_file(name) or sites.is_own_file(name) or code.co_name in _COMPREHENSIONS
