"""What changed between two snapshots, signal by signal. Pure."""

from __future__ import annotations

from leakscope.model.delta import Change, DeltaData
from leakscope.model.signals import SIGNALS
from leakscope.model.snapshot import Missing, SnapshotData


def difference(before: SnapshotData, after: SnapshotData, make: type[DeltaData] = DeltaData) -> DeltaData:
    """The changes of all signals that both snapshots carry, as a ``make``."""
    changes = []
    for name in SIGNALS:
        first, last = getattr(before, name, None), getattr(after, name, None)
        if first is not None and last is not None:
            changes.append(Change(name, first, last))
    seconds = max(0.0, after.taken_at_seconds - before.taken_at_seconds)
    return make(seconds, tuple(changes), _missing(before, after))


def _missing(before: SnapshotData, after: SnapshotData) -> tuple[Missing, ...]:
    seen: dict[str, Missing] = {}
    for entry in before.missing + after.missing:
        seen.setdefault(entry.signal, entry)
    return tuple(seen.values())
