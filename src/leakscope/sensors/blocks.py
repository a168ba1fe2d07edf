"""Python's object allocator as the interpreter counts it: allocated blocks and interned strings. Touches sys."""

from __future__ import annotations

import sys
from collections.abc import Callable

from leakscope.model.snapshot import Missing, Reading

#: 3.13 renamed the call; both drop the type attribute cache, 3.13+ also the optimiser's executors.
clear_internal_caches: Callable[[], None] = getattr(
    sys, "_clear_internal_caches", getattr(sys, "_clear_type_cache", lambda: None)
)

allocated_blocks = sys.getallocatedblocks
interned_count = getattr(sys, "getunicodeinternedsize", None)


def read() -> Reading:
    """``allocated_blocks`` and, from 3.12, ``interned_count``."""
    if interned_count is None:
        reason = "sys.getunicodeinternedsize() exists from Python 3.12"
        return Reading({"allocated_blocks": allocated_blocks()}, (Missing("interned_count", reason),))
    return Reading({"allocated_blocks": allocated_blocks(), "interned_count": interned_count()})
