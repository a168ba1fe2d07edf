"""Every public result as plain text, at most 25 lines of 80 columns. Pure."""

from __future__ import annotations

import textwrap

from leakscope._format import amount, cut, number, signed, size
from leakscope.analysis import sentences
from leakscope.model.delta import CollectionData, DeltaData
from leakscope.model.report import ReportData
from leakscope.model.signals import SIGNALS
from leakscope.model.snapshot import SnapshotData
from leakscope.render import view
from leakscope.render.retention import retention

__all__ = ["collection", "delta_table", "report", "retention", "snapshot"]

_SHOWN_TYPES = 8


def report(data: ReportData) -> str:
    """A check's or a probe's report: the verdict first, the next command last."""
    return "\n".join(line.text.rstrip() for line in view.view(data))


def snapshot(data: SnapshotData) -> str:
    """One line per signal that was read, then the heaviest types, then what is missing."""
    lines = [f"snapshot of process {data.pid} ({data.detail})"]
    for signal in SIGNALS.values():
        value = getattr(data, signal.name, None)
        if value is not None:
            lines.append(f"  {signal.title:<20}{amount(value, signal.unit):>14}")
    room = view.HEIGHT - len(lines) - 1
    for row in (data.census or ())[: max(0, min(_SHOWN_TYPES, room))]:
        lines.append(view.type_row(row.type_name, row.count, row.shallow_bytes))
    if data.missing:
        lines.append(cut("  not read: " + ", ".join(entry.signal for entry in data.missing), view.WIDTH))
    return "\n".join(lines)


def delta_table(data: DeltaData) -> str:
    """Before, after and change of every signal that changed."""
    rows = [(change.signal, change.before, change.after) for change in data.changes if change.amount]
    return "\n".join(view.change_rows(rows)) if rows else "  no signal changed"


def collection(data: CollectionData) -> str:
    """What a collection did: the sentence, then counts and thresholds, then bytes."""
    before, after = (" ".join(number(count) for count in counts) for counts in data.counts)
    lines = textwrap.wrap(sentences.of_collection(data), view.WIDTH, subsequent_indent="  ")
    lines.append(f"  counts per generation {before} -> {after}, thresholds {' '.join(map(number, data.thresholds))}")
    rows = [("freed", data.freed_bytes), ("returned (USS)", data.returned_bytes)]
    lines.extend(f"  {title:<20}{signed(size(value)):>14}" for title, value in rows if value is not None)
    return "\n".join(lines)
