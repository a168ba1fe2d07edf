"""The one view of a report that every text format shows: lines with a role and a rank, fitted to a height. Pure."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import Literal

from leakscope._format import amount, cut, duration, number, plural, signed, size
from leakscope.model.finding import Finding
from leakscope.model.growth import SignalGrowth, Trend
from leakscope.model.report import ReportData, Verdict
from leakscope.model.signals import SIGNALS

Role = Literal["verdict", "reason", "finding", "detail", "table", "note", "next", "blank"]

WIDTH = 80
HEIGHT = 25
SHOWN_FINDINGS = 6

VERDICT_WORDS = {
    Verdict.LEAK: "LEAK",
    Verdict.NO_LEAK: "NO LEAK",
    Verdict.INCONCLUSIVE: "INCONCLUSIVE",
    Verdict.GREW: "GREW",
    Verdict.STEADY: "STEADY",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text; of the lines that do not fit, those of the highest ``rank`` go first, from the end."""

    role: Role
    text: str
    rank: int = 0


def view(report: ReportData, *, height: int | None = HEIGHT) -> tuple[Line, ...]:
    """The report as at most ``height`` lines of at most 80 columns (``None``: as many as it takes)."""
    lines = [*_head(report), *_findings(report), *_numbers(report), *_tail(report)]
    return tuple(lines if height is None else _fitted(lines, height))


def _fitted(lines: list[Line], height: int) -> list[Line]:
    kept = list(lines)
    while len(kept) > height:
        worst = max(range(len(kept)), key=lambda index: (kept[index].rank, index))
        del kept[worst]
    return kept


def _head(report: ReportData) -> list[Line]:
    label = cut(report.label, 34)
    sentence = f"{VERDICT_WORDS[report.verdict]}: {label} {report.reason}"
    first, *rest = textwrap.wrap(sentence, WIDTH, subsequent_indent="  ", break_long_words=False)
    effort = (
        f"  {plural(report.calls, 'call')} in {duration(report.seconds)}"
        if report.origin == "check"
        else f"  the block took {duration(report.seconds)}"
    )
    if report.raised:
        effort += f" and raised {report.raised}"
    return [
        Line("verdict", first),
        *(Line("reason", text) for text in rest),
        Line("reason", effort),
    ]


def _findings(report: ReportData) -> list[Line]:
    lines: list[Line] = []
    for index, finding in enumerate(report.findings[:SHOWN_FINDINGS]):
        lines.append(Line("blank", "", 6))
        lines.extend(_finding(index, finding))
    hidden = len(report.findings) - SHOWN_FINDINGS
    if hidden > 0:
        lines.append(Line("detail", f"  and {plural(hidden, 'more finding')} (--json has all)", 5))
    return lines


def _finding(index: int, finding: Finding) -> list[Line]:
    base = min(index, 3)
    title = textwrap.wrap(f" {finding.kind}  {finding.summary}", WIDTH, subsequent_indent="     ")
    lines = [Line("finding", text, base) for text in title]
    if finding.holder is not None:
        lines.append(Line("detail", f"     held by {cut(str(finding.holder), WIDTH - 13)}", base))
    if finding.site:
        lines.append(Line("detail", f"     made at {cut(finding.site, WIDTH - 13)}", base))
    for sentence in finding.evidence:
        wrapped = textwrap.wrap(sentence, WIDTH - 5)
        lines.extend(Line("detail", f"     {text}", 4 + base) for text in wrapped)
    return lines


def _numbers(report: ReportData) -> list[Line]:
    moved = [growth for growth in report.growths if growth.trend is not Trend.FLAT]
    lines = [Line("table", _growth_row(growth), 5) for growth in moved]
    if lines:
        lines.insert(0, Line("table", f"  {'signal':<18}{'from window to window':<34}{'per call':>10}  trend", 5))
    elif report.delta is not None:
        lines = [
            Line("table", _change_row(change.signal, change.before, change.after), 6)
            for change in report.delta.changes
            if change.signal in _PROBE_ROWS and abs(change.amount) >= _LEAST_SHOWN[SIGNALS[change.signal].unit]
        ]
        if lines:
            lines.insert(0, Line("table", _header_row(), 6))
    return [Line("blank", "", 6), *lines] if lines else []


#: Byte counters read around a block move by less than this without meaning anything.
_LEAST_SHOWN = {"bytes": 4096, "count": 1}
_PROBE_ROWS = (
    "allocated_blocks",
    "malloc_bytes",
    "pymalloc_used_bytes",
    "private_bytes",
    "rss_bytes",
    "uss_bytes",
    "traced_bytes",
    "fd_count",
    "thread_count",
    "child_count",
    "task_count",
)


def _growth_row(growth: SignalGrowth) -> str:
    signal = SIGNALS[growth.signal]
    rises = " ".join(signed(amount(rise, signal.unit)) for rise in growth.growths[:4])
    rate = amount(growth.per_call, signal.unit)
    return f"  {signal.title:<18}{rises:<34}{rate:>10}  {growth.trend.value}"


def _header_row() -> str:
    return f"  {'signal':<18}{'before':>14}{'after':>14}{'change':>14}"


def _change_row(name: str, before: int, after: int) -> str:
    signal = SIGNALS[name]
    change = signed(amount(after - before, signal.unit))
    return f"  {signal.title:<18}{amount(before, signal.unit):>14}{amount(after, signal.unit):>14}{change:>14}"


def change_rows(rows: list[tuple[str, int, int]]) -> list[str]:
    """A table of signals read twice: name, before, after; a header first."""
    return [_header_row(), *(_change_row(*row) for row in rows)]


def _tail(report: ReportData) -> list[Line]:
    sentences: list[tuple[Role, str, int]] = []
    if report.pauses is not None and any(report.pauses.collections):
        sentences.append(("note", f"gc: {gc_sentence(report)}", 4))
    sentences.extend(("note", note, 3) for note in report.notes)
    if report.sensitivity:
        sentences.append(("note", report.sensitivity, 2))
    if report.missing:
        sentences.append(("note", _not_looked_at(report), 5))
    if report.next_step:
        sentences.append(("next", f"next: {report.next_step}", 0))
    lines: list[Line] = []
    for role, text, rank in sentences:
        wrapped = textwrap.wrap(text, WIDTH - 2, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)
        lines.extend(Line(role, f"  {part}", rank) for part in wrapped)
    return [Line("blank", "", 6), *lines] if lines else []


def gc_sentence(report: ReportData) -> str:
    """Collections inside a probed block, by generation, with their pauses."""
    assert report.pauses is not None
    counts = "/".join(number(count) for count in report.pauses.collections)
    total, longest = duration(report.pauses.total_seconds), duration(report.pauses.longest_seconds)
    return (
        f"{counts} collections of generation {'/'.join(str(i) for i in range(len(report.pauses.collections)))} "
        f"in the block, {plural(report.pauses.collected_count, 'object')} freed, {total} in all, {longest} the longest"
    )


def _not_looked_at(report: ReportData) -> str:
    names = [SIGNALS[entry.signal].title if entry.signal in SIGNALS else entry.signal for entry in report.missing]
    if len(names) == 1:
        return f"not looked at: {names[0]} ({report.missing[0].reason})"
    return f"not looked at: {', '.join(names)} (`leakscope doctor` says why)"


def type_row(name: str, count: int, shallow_bytes: int) -> str:
    """One type of a census as a line."""
    return f"  {number(count):>10}  {size(shallow_bytes):>10}  {cut(name, 54)}"
