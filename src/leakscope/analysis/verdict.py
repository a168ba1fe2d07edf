"""From a judgement and its evidence to the verdict of a check, with the reason in words. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from leakscope._format import amount, number, plural
from leakscope.analysis import growth, other_threads
from leakscope.model.ending import Ending
from leakscope.model.evidence import Evidence
from leakscope.model.growth import Judgement, Series, SignalGrowth, Trend
from leakscope.model.report import Verdict
from leakscope.model.signals import SIGNALS

#: What the reason names first: counts of things people know, then bytes, then blocks.
_ORDER = (
    "thread_count",
    "fd_count",
    "child_count",
    "task_count",
    "gc_garbage_count",
    "collected_count",
    "gc_object_count",
    "interned_count",
    "malloc_bytes",
    "allocated_blocks",
    "private_bytes",
)
_SHOWN = 3
#: A rise worth a note although it stopped: more than warming up a function takes.
PLATEAU_COUNT = 200


@dataclass(frozen=True, slots=True)
class Decision:
    """The verdict, its reason (a sentence whose subject is the target), and notes."""

    verdict: Verdict
    reason: str
    notes: tuple[str, ...] = ()


def decide(judgement: Judgement, evidence: Evidence, series: Series, stopped_by: str) -> Decision:
    """The verdict of a check that made ``judgement.calls`` calls and was ended by ``stopped_by``."""
    if judgement.calls < growth.LEAST_CALLS:
        calls = plural(judgement.calls, "call")
        return Decision(Verdict.INCONCLUSIVE, f"was called too few times: {calls}, {growth.LEAST_CALLS} are the least")
    if judgement.trend is Trend.FLAT:
        return Decision(
            Verdict.NO_LEAK, f"stays flat over {plural(judgement.calls, 'call')}", _plateaus(judgement, series)
        )
    filling = _filling(judgement, evidence)
    if filling:
        return Decision(Verdict.NO_LEAK, f"grows only in what knows its limit: {filling}", (f"{filling}: not a leak",))
    if judgement.trend is Trend.LEAKS:
        return Decision(Verdict.LEAK, "grows by " + _amounts(judgement.leaking()))
    return _of_suspects(judgement, evidence)


def cut_short(judgement: Judgement, ending: Ending) -> Decision:
    """The decision on a check that ``ending`` ended: none, and what grew until then."""
    leaking = judgement.leaking()
    so_far = (f"until then it grew by {_amounts(leaking)}, in every window",) if leaking else ()
    reason = f"{ending.how} after {plural(judgement.calls, 'measured call')}"
    return Decision(Verdict.INCONCLUSIVE, reason, so_far)


def _filling(judgement: Judgement, evidence: Evidence) -> str:
    """``"fills to 128, now 57"`` when all growth is held by containers that know their own limit, else empty."""
    moving = [entry.signal for entry in judgement.growths if entry.trend is not Trend.FLAT]
    bounds = [cause.bound for cause in evidence.causes]
    if not bounds or not growth.MEMORY.issuperset(moving):
        return ""
    texts = [f"fills to {number(bound[1])}, now {number(bound[0])}" for bound in bounds if bound is not None]
    return "; ".join(texts) if len(texts) == len(bounds) else ""


def _of_suspects(judgement: Judgement, evidence: Evidence) -> Decision:
    suspects = [entry for entry in judgement.growths if entry.trend is Trend.SUSPECT]
    moved_by_others = [entry for entry in suspects if entry.reason == other_threads.REASON]
    if moved_by_others:
        titles = " and ".join(SIGNALS[entry.signal].title for entry in _ordered(moved_by_others)[:_SHOWN])
        return Decision(
            Verdict.INCONCLUSIVE, f"cannot be told from other threads: {titles} move also while it is not called"
        )
    short_of_calls = [entry for entry in suspects if entry.needs_calls]
    if short_of_calls and any(cause.never_evicts for cause in evidence.causes):
        note = f"{judgement.calls} calls are few, but what holds it never lets go by itself"
        return Decision(Verdict.LEAK, "grows by " + _amounts(short_of_calls), (note,))
    if short_of_calls:
        return Decision(
            Verdict.INCONCLUSIVE,
            f"is a suspect: it grew by {_amounts(short_of_calls)} in every window, "
            f"but a cache of more than {judgement.calls} entries would look the same",
        )
    first = _ordered(suspects)[0]
    title = SIGNALS[first.signal].title
    return Decision(Verdict.INCONCLUSIVE, f"still moves without a pattern: {title} {first.reason}")


def _ordered(growths: list[SignalGrowth] | tuple[SignalGrowth, ...]) -> list[SignalGrowth]:
    return sorted(growths, key=lambda entry: _ORDER.index(entry.signal) if entry.signal in _ORDER else len(_ORDER))


def _amounts(growths: list[SignalGrowth] | tuple[SignalGrowth, ...]) -> str:
    """``"3 gc objects, 1.2 KiB of malloc and 5 blocks per call"``."""
    texts = [_amount(entry) for entry in _ordered(growths)[:_SHOWN]]
    joined = texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} and {texts[-1]}"
    return f"{joined} per call"


def _amount(entry: SignalGrowth) -> str:
    signal = SIGNALS[entry.signal]
    if signal.unit == "bytes":
        return f"{amount(entry.per_call, 'bytes')} of {'malloc' if 'malloc' in signal.title else signal.title}"
    rate = float(number(entry.per_call).replace(",", ""))
    return plural(rate, signal.singular, _plural_of(signal.singular))


def _plural_of(singular: str) -> str:
    return {"child process": "child processes", "object in cycles": "objects in cycles"}.get(singular, singular + "s")


def _plateaus(judgement: Judgement, series: Series) -> tuple[str, ...]:
    """Growth that was there and stopped: a cache that filled, said so that nobody wonders."""
    notes = []
    for name in ("gc_object_count", "allocated_blocks"):
        values = series.values.get(name)
        entry = judgement.of(name)
        if values and entry is not None and values[-1] - values[0] >= PLATEAU_COUNT:
            total = plural(values[-1] - values[0], SIGNALS[name].singular)
            notes.append(f"it grew by {total} and then stopped: a cache that filled, not a leak")
            break
    return tuple(notes)


def sensitivity(judgement: Judgement) -> str:
    """What would have been seen over these calls, in words."""
    rates = growth.detectable_per_call(judgement)
    parts = []
    if "allocated_blocks" in rates:
        parts.append(_detectable(rates["allocated_blocks"], "block"))
    if "gc_object_count" in rates:
        parts.append(_detectable(rates["gc_object_count"], "gc object"))
    if "malloc_bytes" in rates:
        parts.append(f"{amount(rates['malloc_bytes'], 'bytes')} of malloc per call")
    return f"would have seen {', '.join(parts)}" if parts else ""


def _detectable(rate: float, name: str) -> str:
    return f"{plural(round(rate, 1), name)} per call" if rate >= 1 else f"1 {name} per {number(round(1 / rate))} calls"
