"""What pass two of a check saw over a few more calls: causes of growth, cycles, handles. Data only."""

from __future__ import annotations

from dataclasses import dataclass

from leakscope.model.retention import ReferrerPath
from leakscope.model.snapshot import TypeCount


@dataclass(frozen=True, slots=True)
class Cause:
    """One container that grew, or one chain of new objects that hangs on an old one.

    ``types`` are the new objects it keeps alive, counted over the whole window; ``lead_type`` the one a reader would
    look for. ``entry_bytes`` is what the container itself takes per entry. ``bound`` is how full a
    container that knows its own limit is, and that limit. ``is_buffer``: the growth is bytes of one object.
    """

    path: ReferrerPath | None
    container_type: str
    growth: int
    types: tuple[TypeCount, ...]
    lead_type: str | None
    lead_count: int
    shallow_bytes: int
    entry_bytes: float
    site: str | None
    never_evicts: bool
    bound: tuple[int, int] | None = None
    is_buffer: bool = False
    also_held_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SiteGrowth:
    """Memory allocated at one source line during the window and still alive at its end; ``largest_bytes`` is the
    largest piece."""

    site: str
    count: int
    bytes: int
    largest_bytes: int = 0


@dataclass(frozen=True, slots=True)
class CycleGroup:
    """Cyclic garbage of one shape: how many, of what, the smallest cycle with its edges named, and
    where the object that leads it was made, when that was traced."""

    shape: str
    count: int
    object_count: int
    shallow_bytes: int
    type_name: str
    has_finalizer: bool
    site: str | None = None


@dataclass(frozen=True, slots=True)
class CallPath:
    """What one path of calls took of native memory, itself and not what it called, over each part of a window.

    ``parent`` is the index of the path that called it (its own for the first row, which is all outside the calls);
    ``function`` a number for the function; ``is_library`` for what is passed over: the caller is to be named.
    """

    parent: int
    function: int
    growths: tuple[int, ...]
    is_library: bool = False


@dataclass(frozen=True, slots=True)
class NativeSite:
    """The function below which native memory stays, and the line (``"app.py:43 in f"``)."""

    function: str
    site: str
    bytes_per_call: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything pass two saw over ``calls`` calls. ``large_bytes`` is what Python allocators got from malloc directly
    (blocks above 512 bytes); ``None`` when allocations were not traced."""

    calls: int
    causes: tuple[Cause, ...] = ()
    sites: tuple[SiteGrowth, ...] = ()
    large_bytes: int | None = None
    cycles: tuple[CycleGroup, ...] = ()
    cycle_calls: int = 0
    fd_targets: tuple[str, ...] = ()
    thread_names: tuple[str, ...] = ()
    native: tuple[NativeSite, ...] = ()
    notes: tuple[str, ...] = ()
