"""Tells growth that calls cause from what other threads do meanwhile. Pure."""

# The judge assumes that nothing but the target changes the counters. With other threads alive that is checked: counters
# that stand still while nobody calls are the target's own. Else growth must be larger in every round of calls than in
# any equally long round of waiting to count as a leak, and signals that moved in the windows cannot be called flat.

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from statistics import median

from leakscope.analysis import growth
from leakscope.model.growth import Background, Judgement, SignalGrowth, Trend

#: Fewer rounds prove nothing: two of two larger by chance happens once in six.
LEAST_ROUNDS = 4
#: Rounds of calls that may be no larger than the largest without, of eight: a burst of the other thread.
EXCEPTIONS = 0.125
#: How much the typical round of calls must grow for each unit that the typical round of waiting does.
LEAST_RATIO = 2.0

REASON = "another thread moves it, also while the target is not called"


def is_still(judgement: Judgement) -> bool:
    """True when the exact counters did not move in any window: whatever other threads do cancels out."""
    return not any(map(_is_moved, judgement.growths))


def _is_moved(entry: SignalGrowth) -> bool:
    is_exact = entry.signal in growth.EXACT_MEMORY
    return is_exact and any(abs(rise) >= growth.floor_of(entry.signal) for rise in entry.growths)


def weigh(judgement: Judgement, background: Background | None) -> Judgement:
    """The judgement with what other threads explain demoted to a suspect."""
    moved = frozenset() if background is None else frozenset(moving(background))
    if background is None or not moved:
        return judgement
    doubtful = moved | growth.MEMORY if moved & growth.MEMORY else moved
    growths = tuple(_weighed(entry, background, entry.signal in doubtful) for entry in judgement.growths)
    return replace(judgement, growths=growths, trend=growth.worst(growths))


def moving(background: Background) -> tuple[str, ...]:
    """The signals that moved by more than their noise while nobody called."""
    return tuple(name for name, swing in background.swings.items() if swing >= growth.floor_of(name))


def _weighed(entry: SignalGrowth, background: Background, is_doubtful: bool) -> SignalGrowth:
    if not is_doubtful:
        return entry
    if entry.trend is Trend.FLAT:
        return replace(entry, trend=Trend.SUSPECT, reason=REASON) if _is_moved(entry) else entry
    rounds = background.with_calls.get(entry.signal, ()), background.without.get(entry.signal, ())
    if _is_of_calls(*rounds):
        return entry
    return replace(entry, trend=Trend.SUSPECT, reason=REASON, needs_calls=False)


def _is_of_calls(with_calls: Sequence[int], without: Sequence[int]) -> bool:
    """True when rounds of calls grow more than any round without."""
    if min(len(with_calls), len(without)) < LEAST_ROUNDS:
        return False
    largest = max(0, *without)
    larger = sum(rise > largest for rise in with_calls)
    if largest == 0:
        return larger >= len(with_calls) / 2
    typical = median(with_calls) >= LEAST_RATIO * max(0, median(without))
    return typical and larger >= len(with_calls) * (1 - EXCEPTIONS)
