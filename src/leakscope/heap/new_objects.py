"""Which objects are new since a point, exactly, also when addresses are used again. Touches gc: a callback while the
window is open, or the permanent generation where the collector is incremental.
"""

from __future__ import annotations

import gc
import time
from array import array
from collections.abc import Callable
from itertools import compress
from typing import Any

from leakscope import _env

_YOUNG = (0, 1)
_OLDEST = 2
COLLECT_TRIES = 1_000
WAIT_SECONDS = 1e-3
_BEGUN, _ENDED = range(2)


class BirthRecorder:
    """Records the id of every object before it grows old: after a full collection has made all others old, an object
    seen in a young generation is new, and its address can only hold new objects from then on.

    Used as a ``gc.callbacks`` entry. Ids go into one array, which is one block of memory however many they are.
    """

    __slots__ = ("_full_collections", "ids")

    def __init__(self) -> None:
        self.ids = array("Q", [0])
        self._full_collections = array("q", [0, 0])

    def __call__(self, phase: str, info: dict[str, Any]) -> None:
        if info["generation"] == _OLDEST:
            if phase == "start":
                self._full_collections[_BEGUN] += 1
            else:
                self._full_collections[_ENDED] = self._full_collections[_BEGUN]
        if phase == "start" and info["generation"] >= 1:
            for generation in _YOUNG:
                self.ids.extend(map(id, gc.get_objects(generation)))

    def collect(self) -> bool:
        """A full collection that began after this call did and has ended, whoever ran it; False when there was none.

        While another thread collects, ``gc.collect`` returns at once and does nothing.
        """
        begun = self._full_collections[_BEGUN]
        for _ in range(COLLECT_TRIES):
            gc.collect()
            if self._full_collections[_ENDED] > begun:
                return True
            time.sleep(WAIT_SECONDS)  # lets the other thread end its own: only then is there anything to wait for
        return False

    def open(self) -> None:
        """Call right after a full collection."""
        gc.callbacks.append(self)

    def close(self) -> None:
        """Call right after the last full collection; safe to repeat."""
        _remove_identical(gc.callbacks, self)

    def live(self) -> list[object]:
        """The recorded objects that are alive and tracked; call right after the last collection.

        That made every survivor old: what is young now was made after it, at an address that may have been recorded.
        """
        objects = gc.get_objects(_OLDEST)
        known = set(self.ids)
        return list(compress(objects, map(known.__contains__, map(id, objects))))


class FrozenWindow:
    """Hides the old heap in the permanent generation: what the collector lists afterwards is new."""

    __slots__ = ("_is_open",)

    def __init__(self) -> None:
        self._is_open = False

    def open(self) -> None:
        """Call right after a full collection, and only when ``gc_state.may_freeze()``."""
        gc.freeze()
        self._is_open = True

    def close(self) -> None:
        """Gives the old heap back to the collector; safe to repeat."""
        if self._is_open:
            gc.unfreeze()
            self._is_open = False

    def live(self) -> list[object]:
        """The new objects; call before ``close``."""
        return gc.get_objects()


def why_not_recordable() -> str:
    """Empty when ``BirthRecorder`` is exact on this interpreter, else the reason."""
    if _env.IS_FREE_THREADED:
        return "free-threaded builds have no young generation to watch"
    if _env.HAS_INCREMENTAL_GC:
        return "the incremental collector of 3.14.0 to 3.14.4 ages objects without a callback"
    return ""


def _remove_identical(entries: list[Callable[..., Any]], entry: object) -> None:
    """``list.remove`` would compare with the user's callbacks, whose ``__eq__`` is not ours to run."""
    for index, candidate in enumerate(entries):
        if candidate is entry:
            del entries[index]
            return
