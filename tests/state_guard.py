"""What a test may not leave changed in the interpreter: the collector, tracemalloc, and the trace and profile hooks.
Reads it, names what changed, and puts it back so that later tests are not poisoned.
"""

from __future__ import annotations

import gc
import sys
import threading
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class State:
    """One reading; lists are compared by identity of their items, which they keep alive."""

    enabled: bool
    threshold: tuple[int, ...]
    debug: int
    callbacks: tuple[Any, ...]
    garbage: tuple[Any, ...]
    freeze_count: int
    traceback_limit: int
    trace: Any
    profile: Any
    threading_trace: Any
    threading_profile: Any


def read() -> State:
    if sys.version_info[:2] == (3, 12):
        gc.collect()  # 3.12 moves immortal objects among the frozen ones when it collects: let it do so before counting
    return State(
        enabled=gc.isenabled(),
        threshold=gc.get_threshold(),
        debug=gc.get_debug(),
        callbacks=tuple(filter(_is_ours_to_guard, gc.callbacks)),
        garbage=tuple(gc.garbage),
        freeze_count=gc.get_freeze_count(),
        # When it is off the limit is only what the last start() left; 0 stands for "off".
        traceback_limit=tracemalloc.get_traceback_limit() if tracemalloc.is_tracing() else 0,
        trace=sys.gettrace(),
        profile=sys.getprofile(),
        threading_trace=threading.gettrace(),
        threading_profile=threading.getprofile(),
    )


def _is_ours_to_guard(callback: Any) -> bool:
    # hypothesis adds a callback of its own at its first example and keeps it.
    return not str(getattr(callback, "__module__", "")).startswith("hypothesis.")


def changes(before: State, after: State) -> list[str]:
    """One line ``what: from -> to`` for each thing that changed."""
    return [line for describe in _CHANGES for line in describe(before, after)]


def _plain(title: str, field: str, show: Callable[[Any], str] = repr) -> Callable[[State, State], list[str]]:
    def describe(before: State, after: State) -> list[str]:
        old, new = getattr(before, field), getattr(after, field)
        return [] if old == new else [f"{title}: {show(old)} -> {show(new)}"]

    return describe


def _by_identity(title: str, field: str) -> Callable[[State, State], list[str]]:
    def describe(before: State, after: State) -> list[str]:
        old, new = getattr(before, field), getattr(after, field)
        if [*map(id, old)] == [*map(id, new)]:
            return []
        return [f"{title}: {_show_items(old)} -> {_show_items(new)}"]

    return describe


def _show_items(items: tuple[Any, ...]) -> str:
    # Only the last few, by type and name: gc.garbage can hold thousands, and a repr of them may run anything.
    names = [f"{type(item).__name__} {getattr(item, '__qualname__', '')}".strip() for item in items[-3:]]
    return f"{len(items)} [{', '.join(['...'] * (len(items) > 3) + names)}]"


def _frozen(before: State, after: State) -> list[str]:
    # Only a rise: 3.12 starts with some 375 frozen objects, which die one by one, and which nobody can freeze again
    # after an unfreeze(). Elsewhere a count that starts at 0 cannot fall.
    if after.freeze_count <= before.freeze_count:
        return []
    return [f"gc.get_freeze_count(): {before.freeze_count} -> {after.freeze_count}"]


def _show_tracing(limit: int) -> str:
    return f"on with {limit} frames" if limit else "off"


def _hook(title: str, field: str) -> Callable[[State, State], list[str]]:
    def describe(before: State, after: State) -> list[str]:
        old, new = getattr(before, field), getattr(after, field)
        return [] if old is new else [f"{title}: {old!r} -> {new!r}"]

    return describe


_CHANGES: tuple[Callable[[State, State], list[str]], ...] = (
    _plain("gc.isenabled()", "enabled"),
    _plain("gc.get_threshold()", "threshold"),
    _plain("gc.get_debug()", "debug"),
    _by_identity("gc.callbacks", "callbacks"),
    _by_identity("gc.garbage", "garbage"),
    _frozen,
    _plain("tracemalloc", "traceback_limit", _show_tracing),
    _hook("sys.gettrace()", "trace"),
    _hook("sys.getprofile()", "profile"),
    _hook("threading.gettrace()", "threading_trace"),
    _hook("threading.getprofile()", "threading_profile"),
)


def restore(before: State, after: State) -> None:
    """Put back what differs; only that, because setting a hook or a threshold is not free of side effects."""
    if after.enabled != before.enabled:
        (gc.enable if before.enabled else gc.disable)()
    if after.threshold != before.threshold:
        gc.set_threshold(*before.threshold)
    if after.debug != before.debug:
        gc.set_debug(before.debug)
    if [*map(id, after.callbacks)] != [*map(id, before.callbacks)]:
        gc.callbacks[:] = [*(call for call in gc.callbacks if not _is_ours_to_guard(call)), *before.callbacks]
    gc.garbage[:] = before.garbage
    if after.freeze_count > before.freeze_count:
        gc.unfreeze()
    if after.traceback_limit != before.traceback_limit:
        tracemalloc.stop()
        if before.traceback_limit:
            tracemalloc.start(before.traceback_limit)
    _restore_hooks(before, after)


def _restore_hooks(before: State, after: State) -> None:
    for field, put_back in (
        ("trace", sys.settrace),
        ("profile", sys.setprofile),
        ("threading_trace", threading.settrace),
        ("threading_profile", threading.setprofile),
    ):
        old: Any = getattr(before, field)
        if getattr(after, field) is not old:
            put_back(old)
