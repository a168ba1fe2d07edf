"""What changed between two snapshots, and what a collection did. Data only."""

from __future__ import annotations

from dataclasses import dataclass

from leakscope.model.snapshot import Missing, SnapshotData


@dataclass(frozen=True, slots=True)
class Change:
    """One signal read twice, in its own unit (``model.signals.SIGNALS``)."""

    signal: str
    before: int
    after: int

    @property
    def amount(self) -> int:
        """``after - before``."""
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class DeltaData:
    """The signals that both snapshots carry, and what at least one of them misses."""

    seconds: float
    changes: tuple[Change, ...]
    missing: tuple[Missing, ...] = ()

    def amount_of(self, signal: str) -> int | None:
        """The change of one signal, or ``None`` when it was not read on both sides."""
        for change in self.changes:
            if change.signal == signal:
                return change.amount
        return None


@dataclass(frozen=True, slots=True)
class Pauses:
    """Collections seen by a ``gc.callbacks`` entry: how many per generation, and how long they stopped the program."""

    collections: tuple[int, ...]
    collected_count: int
    uncollectable_count: int
    total_seconds: float
    longest_seconds: float


@dataclass(frozen=True, slots=True)
class CollectionData:
    """One ``gc.collect(generation)`` between two snapshots.

    ``unreachable`` is what ``gc.collect`` returned: objects found unreachable, the uncollectable ones among them.
    ``freed_bytes`` is the drop of memory in use (pymalloc and malloc); ``returned_bytes`` the drop of USS.
    """

    generation: int
    unreachable: int
    uncollectable: int
    duration_seconds: float
    counts: tuple[tuple[int, ...], tuple[int, ...]]
    thresholds: tuple[int, ...]
    freed_blocks: int
    freed_bytes: int | None
    returned_bytes: int | None
    trimmed: bool
    before: SnapshotData
    after: SnapshotData
    missing: tuple[Missing, ...] = ()
