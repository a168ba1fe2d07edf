"""The result of a check or a probe: verdict, findings, the numbers behind them, what was not looked at. Data only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Literal

from leakscope.model.delta import DeltaData, Pauses
from leakscope.model.finding import Finding
from leakscope.model.growth import SignalGrowth, Window
from leakscope.model.snapshot import Missing, TypeCount


class Verdict(str, Enum):
    """``LEAK``, ``NO_LEAK`` and ``INCONCLUSIVE`` are a check's; ``GREW`` and ``STEADY`` a probe's."""

    LEAK = "leak"
    NO_LEAK = "no_leak"
    INCONCLUSIVE = "inconclusive"
    GREW = "grew"
    STEADY = "steady"


@dataclass(frozen=True, slots=True)
class Overhead:
    """What the measuring itself cost: seconds in all, seconds of them inside the target, and samples read."""

    total_seconds: float
    target_seconds: float
    sample_count: int


@dataclass(frozen=True, slots=True)
class ReportData:
    """What a check or a probe saw.

    ``calls`` is 0 for a probe. ``growths`` and ``windows`` are a check's evidence; ``delta``, ``pauses`` and
    ``left_behind`` a probe's. ``sensitivity`` says what would have been seen. ``raised`` is the type of the exception
    that left a probed block. ``is_cut_short``: something ended the check before it could decide, and this is what was
    measured until then.
    """

    origin: Literal["check", "probe"]
    label: str
    verdict: Verdict
    reason: str
    findings: tuple[Finding, ...]
    calls: int
    seconds: float
    growths: tuple[SignalGrowth, ...] = ()
    windows: tuple[Window, ...] = ()
    delta: DeltaData | None = None
    pauses: Pauses | None = None
    left_behind: tuple[TypeCount, ...] = ()
    raised: str | None = None
    sensitivity: str = ""
    next_step: str = ""
    notes: tuple[str, ...] = ()
    missing: tuple[Missing, ...] = ()
    environment: tuple[tuple[str, str], ...] = ()
    overhead: Overhead | None = None
    is_cut_short: bool = False
