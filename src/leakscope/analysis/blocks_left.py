"""The verdict of a probe: one block, before and after. Pure.

A single block can only have grown or not: that it leaks takes repetition, which is ``check``'s to say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from leakscope._format import number, plural, size
from leakscope.analysis.signatures import signature_of
from leakscope.model.delta import DeltaData
from leakscope.model.finding import Finding, Kind
from leakscope.model.report import Verdict
from leakscope.model.snapshot import TypeCount

SHOWN_TYPES = 5
#: malloc moves by itself within this: its caches and the interpreter's buffers.
NATIVE_FLOOR_BYTES = 32 << 10

_HANDLES: tuple[tuple[str, Kind, str, str], ...] = (
    ("fd_count", "file_descriptor", "file descriptor", "file descriptors"),
    ("python_thread_count", "thread", "thread", "threads"),
    ("child_count", "process", "child process", "child processes"),
    ("task_count", "task", "asyncio task", "asyncio tasks"),
)


def judge_block(
    delta: DeltaData, left_behind: Sequence[TypeCount], sites: Mapping[str, str], *, blocks_count: bool
) -> tuple[Verdict, str, tuple[Finding, ...]]:
    """The verdict, its reason, and what the block left behind, most bytes first; ``sites`` by type where known.

    ``blocks_count`` is False when an exception on its way out, or the result of another probe, holds blocks of its own:
    then blocks alone say nothing.
    """
    untracked = _untracked(delta, left_behind) if blocks_count else []
    found = [*_objects(left_behind, sites), *untracked, *_native(delta), *_handles(delta)]
    if not found:
        return Verdict.STEADY, "left nothing behind", ()
    signed = tuple(replace(finding, signature=signature_of(finding)) for finding in found)
    return Verdict.GREW, _reason(delta, left_behind, signed), signed


def _reason(delta: DeltaData, left_behind: Sequence[TypeCount], found: Sequence[Finding]) -> str:
    count = sum(row.count for row in left_behind)
    parts = [plural(count, "gc object")] if count else []
    blocks = delta.amount_of("allocated_blocks") or 0
    if blocks > 0:
        parts.append(plural(blocks, "block"))
    malloc = delta.amount_of("malloc_bytes") or 0
    if malloc >= NATIVE_FLOOR_BYTES:
        parts.append(f"{size(malloc)} of malloc")
    parts.extend(finding.summary for finding in found if finding.kind in {kind for _, kind, _, _ in _HANDLES})
    return "left behind " + ", ".join(parts)


def _objects(left_behind: Sequence[TypeCount], sites: Mapping[str, str]) -> list[Finding]:
    return [
        Finding(
            "retained",
            f"{number(row.count)} {row.type_name}, {size(row.shallow_bytes)}",
            row.type_name,
            row.count,
            row.shallow_bytes,
            site=sites.get(row.type_name) or None,
        )
        for row in left_behind[:SHOWN_TYPES]
    ]


def _untracked(delta: DeltaData, left_behind: Sequence[TypeCount]) -> list[Finding]:
    """Blocks although no gc object stayed: text, bytes, numbers, or a container that got longer."""
    blocks = delta.amount_of("allocated_blocks") or 0
    if blocks <= 0 or left_behind:
        return []
    summary = f"{plural(blocks, 'block')} of objects that the collector does not track (str, bytes, int ...)"
    return [Finding("retained", summary, None, blocks)]


def _native(delta: DeltaData) -> list[Finding]:
    """malloc grew while Python's blocks did not."""
    malloc = delta.amount_of("malloc_bytes") or 0
    if malloc < NATIVE_FLOOR_BYTES or (delta.amount_of("allocated_blocks") or 0) > 0:
        return []
    return [Finding("native", f"{size(malloc)} allocated outside Python's object allocator", bytes_per_call=malloc)]


def _handles(delta: DeltaData) -> list[Finding]:
    found = []
    for signal, kind, one, many in _HANDLES:
        count = delta.amount_of(signal) or 0
        if count > 0:
            found.append(Finding(kind, plural(count, one, many), None, count))
    return found
