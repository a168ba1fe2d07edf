"""The report of a check that something ended before it could decide, made of the samples until then. Touches nothing:
the process that took them may be gone.
"""

from __future__ import annotations

from dataclasses import dataclass

from leakscope.analysis import endings, findings, growth, verdict
from leakscope.model.ending import Ending
from leakscope.model.evidence import Evidence
from leakscope.model.growth import Series
from leakscope.model.report import Overhead, Verdict
from leakscope.model.snapshot import Missing
from leakscope.results import Report
from leakscope.settings import CheckSettings


@dataclass(frozen=True, slots=True)
class Partial:
    """What is there when a check is cut short; ``series`` has one sample at least."""

    label: str
    chosen: CheckSettings
    series: Series
    overhead: Overhead
    missing: tuple[Missing, ...]
    environment: tuple[tuple[str, str], ...]


def partial_report(partial: Partial, ending: Ending) -> Report:
    """Inconclusive, with what ended it as the reason, and what was judged and found so far."""
    series, chosen = partial.series, partial.chosen
    calls = series.calls[-1]
    judgement = growth.judge(series, calls, window_count=chosen.windows or growth.WINDOW_COUNT)
    decision = verdict.cut_short(judgement, ending)
    collected = series.values["collected_count"]
    per_call = (collected[-1] - collected[0]) / max(1, calls)
    case = findings.Case(judgement, Evidence(calls=0), series.collector_is_enabled, per_call)
    return Report(
        origin="check",
        label=partial.label,
        verdict=Verdict.INCONCLUSIVE,
        reason=decision.reason,
        findings=tuple(entry for entry in findings.findings(case) if not findings.is_ignored(entry, chosen.ignore)),
        calls=calls,
        seconds=partial.overhead.total_seconds,
        growths=judgement.growths,
        windows=judgement.windows,
        next_step=endings.advice(ending, partial.label, calls, chosen.budget_seconds),
        notes=decision.notes,
        missing=partial.missing,
        environment=partial.environment,
        overhead=partial.overhead,
        is_cut_short=True,
    )
