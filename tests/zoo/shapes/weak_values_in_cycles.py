"""A WeakValueDictionary should forget sessions, but each is in a cycle and gc is off; the twin's is in none."""

from __future__ import annotations

import gc
import itertools
import weakref

SESSIONS: weakref.WeakValueDictionary[int, Session] = weakref.WeakValueDictionary()
numbers = itertools.count()
gc.disable()


class Session:
    def __init__(self) -> None:
        self.user = {"name": "ann"}


def leak() -> None:
    session = Session()  # allocated here
    session.user["session"] = session
    SESSIONS[next(numbers)] = session


def clean() -> None:
    session = Session()
    session.user["session"] = weakref.ref(session)
    SESSIONS[next(numbers)] = session


KINDS = {"cyclic_garbage", "retained"}
TYPES = {"weak_values_in_cycles.Session"}
# Nothing holds a cycle but itself.
HOLDER = None
