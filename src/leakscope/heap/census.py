"""Counting live objects by type, with their shallow sizes. Touches the objects only through ``heap.safe``."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence

from leakscope.heap import safe
from leakscope.model.snapshot import TypeCount


def census(objects: Sequence[object]) -> tuple[TypeCount, ...]:
    """Counts and shallow bytes per type, most bytes first. Runs no ``__hash__``, ``__eq__`` or ``__sizeof__``.

    Types are told apart by identity, then added up by qualified name.
    """
    types = {id(cls): cls for cls in map(type, objects)}
    counts = Counter(map(id, map(type, objects)))
    sizes = _shallow_bytes(objects, types)
    rows: dict[str, list[int]] = {}
    for key, cls in types.items():
        row = rows.setdefault(safe.qualified_name(cls), [0, 0, 0])
        row[0] += counts[key]
        row[1] += sizes.get(key, 0)
        row[2] += 0 if key in sizes else counts[key]
    found = [TypeCount(name, *row) for name, row in rows.items()]
    return tuple(sorted(found, key=lambda row: (-row.shallow_bytes, -row.count, row.type_name)))


def _shallow_bytes(objects: Sequence[object], types: dict[int, type]) -> dict[int, int]:
    """Bytes per type id, for the types whose size can be asked without running Python code of theirs."""
    sizes = {key: 0 for key, cls in types.items() if safe.has_safe_size(cls)}
    getsizeof = sys.getsizeof
    for obj in objects:
        key = id(type(obj))
        if key in sizes:
            try:
                sizes[key] += getsizeof(obj)
            except Exception:  # a C __sizeof__ may refuse a half-built object
                sizes.pop(key, None)
    return sizes
