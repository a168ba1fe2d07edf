"""From a judgement and the evidence of pass two to findings: one rule per kind of cause. Pure.

``FINDING_RULES`` is the table; a rule is a function of the case that gives any number of findings.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from leakscope._format import number, plural, size
from leakscope.analysis import native_growth
from leakscope.analysis.signatures import signature_of
from leakscope.model.evidence import Cause, Evidence, NativeSite
from leakscope.model.finding import Finding, Kind
from leakscope.model.growth import Judgement, SignalGrowth
from leakscope.model.retention import ReferrerPath
from leakscope.model.signals import SIGNALS

#: Objects in cycles per call below which a block is said to make none: the interpreter makes a few by itself.
CYCLES_PER_CALL = 0.1
SHOWN_TYPES = 4
#: The share of the growth that one line must have allocated to be blamed for it.
SITE_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Case:
    """What a rule looks at."""

    judgement: Judgement
    evidence: Evidence
    collector_is_enabled: bool
    collected_per_call: float

    def moved(self, *signals: str) -> SignalGrowth | None:
        """The first of the signals that leaks or is suspect."""
        return native_growth.moved(self.judgement, *signals)


def findings(case: Case) -> tuple[Finding, ...]:
    """All findings, what leaks before what is only worth knowing, each with its signature."""
    found = [finding for rule in FINDING_RULES for finding in rule(case)]
    return tuple(replace(finding, signature=signature_of(finding)) for finding in found)


def is_ignored(finding: Finding, patterns: Iterable[str]) -> bool:
    """True when a pattern (shell style) matches the finding's type, holder, site or signature."""
    texts = (finding.type_name, str(finding.holder or ""), finding.site, finding.signature)
    return any(fnmatchcase(text, pattern) for pattern in patterns for text in texts if text)


# --- rules ------------------------------------------------------------------------------------------------------------


def _retained(case: Case) -> Iterator[Finding]:
    """Objects that something keeps: one finding per cause."""
    if case.moved("gc_object_count", "allocated_blocks", "malloc_bytes", "gc_garbage_count", "private_bytes") is None:
        return
    for cause in case.evidence.causes:
        yield (_of_buffer if cause.is_buffer else _of_cause)(cause, case.evidence.calls)


def _of_buffer(cause: Cause, calls: int) -> Finding:
    per_call = cause.growth / calls
    return Finding(
        kind="retained",
        summary=f"one {cause.container_type} that grows by {size(per_call)} per call",
        type_name=cause.container_type,
        bytes_per_call=per_call,
        holder=cause.path,
        site=cause.site,
    )


def _of_cause(cause: Cause, calls: int) -> Finding:
    per_call = cause.lead_count / calls
    total_bytes = (cause.shallow_bytes + cause.entry_bytes * cause.growth) / calls
    name = cause.lead_type or "entry"
    kind: Kind = "uncollectable" if cause.path is not None and str(cause.path).startswith("gc.garbage") else "retained"
    evidence = []
    if cause.growth:
        evidence.append(f"{cause.container_type} grows by {number(cause.growth / calls)} per call")
    others = [row for row in cause.types if row.type_name != cause.lead_type][:SHOWN_TYPES]
    if others:
        evidence.append(
            "with " + ", ".join(f"{number(row.count / calls)} {row.type_name}" for row in others) + " per call"
        )
    evidence.extend(f"also held by {text}" for text in cause.also_held_by)
    return Finding(
        kind=kind,
        summary=f"{number(per_call)} {name} per call, about {size(total_bytes)}",
        type_name=cause.lead_type,
        count_per_call=per_call,
        bytes_per_call=total_bytes,
        holder=cause.path,
        site=cause.site,
        evidence=tuple(evidence),
    )


_UNHELD = "no Python container grew: held outside Python (C code that lost a reference?)"
_GREW_ITSELF = "no container got more entries: one object grows, or is replaced by a longer one (str, bytes, int ...)"

_INTERNED = "the interpreter's own table of names: 3.12 never frees one (sys.intern, setattr and getattr of new names)"


def _unheld(case: Case) -> Iterator[Finding]:
    """Memory of Python's allocator that grows while no container does: held outside Python, or one growing object."""
    calls = case.evidence.calls
    if case.evidence.causes or not calls:
        return
    blocks, malloc = case.moved("allocated_blocks"), case.moved("malloc_bytes", "private_bytes")
    if blocks is not None:
        rows = [row for row in case.evidence.sites if row.count >= SITE_SHARE * blocks.per_call * calls]
        held = _UNHELD
    elif malloc is not None:
        python_sites = native_growth.python_sites(case.judgement, case.evidence)
        rows = [row for row in python_sites if row.bytes >= SITE_SHARE * malloc.per_call * calls]
        held = _GREW_ITSELF
    else:
        return
    interned = case.moved("interned_count")
    type_name = holder = None
    if blocks is not None and interned is not None and interned.per_call >= SITE_SHARE * blocks.per_call:
        type_name, holder, held = "str", ReferrerPath("interned strings", "special", ()), _INTERNED
    for row in rows[:1]:
        count, total = row.count / calls, row.bytes / calls
        summary = (
            f"{size(total)} per call"
            if blocks is None
            else f"{plural(_rounded(count), 'block')}, {size(total)} per call"
        )
        yield Finding("retained", summary, type_name, count, total, holder, row.site, evidence=(held,))
    if not rows and blocks is not None:
        summary = f"{plural(_rounded(blocks.per_call), 'block')} per call"
        yield Finding("retained", summary, type_name, blocks.per_call, holder=holder, evidence=(held,))


def _rounded(rate: float) -> float:
    """A rate with the digits that are shown, so that one is said in the singular."""
    return float(f"{rate:.2g}")


def _native(case: Case) -> Iterator[Finding]:
    """malloc grows by more than Python's own objects explain."""
    growth = native_growth.malloc_growth(case.judgement, case.evidence)
    if growth is None:
        return
    evidence = [f"malloc in use grows by {size(growth.total_per_call)} per call"]
    if growth.explained_per_call:
        evidence.append(f"Python objects explain {size(growth.explained_per_call)} of it")
    if case.moved("allocated_blocks") is None:
        evidence.append("Python's own allocated blocks do not grow")
    summary = "{} per call allocated outside Python's object allocator"
    yield from _by_site(summary, growth.per_call, evidence, case.evidence.native)


def _private(case: Case) -> Iterator[Finding]:
    """Private memory grows while every allocator that can be read stays flat."""
    growth = native_growth.private_growth(case.judgement)
    if growth is None:
        return
    evidence = ["memory mapped by a library or by the interpreter itself, and not given back"]
    summary = "{} per call of private memory outside malloc and Python's allocator"
    yield from _by_site(summary, growth.per_call, evidence, case.evidence.native)


def _by_site(summary: str, per_call: float, evidence: list[str], sites: tuple[NativeSite, ...]) -> Iterator[Finding]:
    """One finding for each function that keeps native memory; one for all of it when none is known."""
    for row in sites:
        where = f"below {row.function}() at {row.site.partition(' in ')[0]}"
        yield Finding(
            "native",
            summary.format(size(row.bytes_per_call)),
            bytes_per_call=row.bytes_per_call,
            site=row.site,
            evidence=(where, *evidence),
        )
    if not sites:
        yield Finding("native", summary.format(size(per_call)), bytes_per_call=per_call, evidence=tuple(evidence))


def _unexplained(case: Case) -> Iterator[Finding]:
    """Growth that pass two had no time for: what the counters say."""
    if case.evidence.calls:
        return
    counted, native = case.moved("gc_object_count", "allocated_blocks"), case.moved("malloc_bytes", "private_bytes")
    moved = counted or native
    if moved is None:
        return
    is_bytes = SIGNALS[moved.signal].unit == "bytes"
    rate = size(moved.per_call) if is_bytes else plural(_rounded(moved.per_call), SIGNALS[moved.signal].singular)
    yield Finding(
        "retained" if counted else "native",
        f"{rate} per call",
        count_per_call=None if is_bytes else moved.per_call,
        bytes_per_call=None if native is None else native.per_call,
        evidence=("neither type, holder nor site is known: there was no time to look",),
    )


_HANDLES: tuple[tuple[str, Kind, str], ...] = (
    ("fd_count", "file_descriptor", "file descriptor"),
    ("thread_count", "thread", "thread"),
    ("child_count", "process", "child process"),
    ("task_count", "task", "asyncio task"),
)


def _handles(case: Case) -> Iterator[Finding]:
    """Descriptors, threads, processes and tasks that stay."""
    opened = {"fd_count": case.evidence.fd_targets, "thread_count": case.evidence.thread_names}
    for signal, kind, name in _HANDLES:
        growth = case.moved(signal)
        if growth is None:
            continue
        kinds = Counter(opened.get(signal, ())).most_common(SHOWN_TYPES)
        evidence = tuple(
            f"{plural(count, name)} open on {text}" if kind == "file_descriptor" else f"{text} ({count} new)"
            for text, count in kinds
        )
        yield Finding(
            kind,
            f"{number(growth.per_call)} {name}{'s' if growth.per_call > 1 and kind != 'process' else ''} per call"
            + (f": {kinds[0][0]}" if kinds else ""),
            type_name=None,
            count_per_call=growth.per_call,
            evidence=evidence,
        )


def _cyclic_garbage(case: Case) -> Iterator[Finding]:
    """Cycles that only the collector frees: a leak when the collector is off, else worth knowing."""
    if case.collected_per_call < CYCLES_PER_CALL:
        return
    fate = (
        "the collector frees it: not a leak" if case.collector_is_enabled else "the collector is off: nothing frees it"
    )
    groups = case.evidence.cycles
    if not groups:
        summary = f"{number(case.collected_per_call)} objects per call in cycles; {fate}"
        yield Finding("cyclic_garbage", summary, None, case.collected_per_call)
    for group in groups[:2]:
        per_call = group.object_count / max(1, case.evidence.cycle_calls)
        total = group.shallow_bytes / max(1, case.evidence.cycle_calls)
        finalizer = ("a finalizer (__del__) runs when it is collected",) if group.has_finalizer else ()
        yield Finding(
            "cyclic_garbage",
            f"{number(per_call)} objects per call in cycles; {fate}",
            group.type_name,
            per_call,
            total,
            site=None if case.collector_is_enabled else group.site,  # its shape says more, and it is no leak
            evidence=(f"cycle: {group.shape}", *finalizer),
        )


FINDING_RULES: tuple[Callable[[Case], Iterator[Finding]], ...] = (
    _retained,
    _unheld,
    _unexplained,
    _native,
    _private,
    _handles,
    _cyclic_garbage,
)
