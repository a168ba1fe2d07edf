"""An extension takes a reference and does not give it back; the twin does."""

from __future__ import annotations

import ctypes


class Snapshot:
    def __init__(self, label: str) -> None:
        self.label = label


def leak() -> None:
    snapshot = Snapshot("now")  # allocated here
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(snapshot))


def clean() -> None:
    snapshot = Snapshot("now")
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(snapshot))
    ctypes.pythonapi.Py_DecRef(ctypes.py_object(snapshot))


KINDS = {"retained"}
TYPES = {"ctypes_incref.Snapshot"}
HOLDER = None
