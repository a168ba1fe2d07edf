"""Modules of the standard library are imported when they are first needed, one every 40 calls."""

from __future__ import annotations

import importlib
import itertools

NAMES = ("csv", "html", "zipfile", "mimetypes", "difflib", "calendar", "configparser", "plistlib", "colorsys", "wave")
numbers = itertools.count()


def clean() -> None:
    number = min(next(numbers) // 40, len(NAMES) - 1)
    importlib.import_module(NAMES[number])
