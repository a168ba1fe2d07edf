"""The judge: given samples over calls, which signals leak, which may, and which are flat. Pure."""

# Calls double from one evaluation to the next. Each time the first fifth is dropped as warm-up and the rest split into
# windows of equal length; a window's value is its minimum, because saw-teeth and temporaries lift its end and its mean
# but not its minimum. As everything rescales with the number of calls, linear growth keeps its rate while a filling
# cache and a logarithm lose theirs.

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from leakscope.model.growth import Judgement, Series, SignalGrowth, Trend, Window
from leakscope.model.signals import SIGNALS

WINDOW_COUNT = 4
WARM_UP_SHARE = 0.2
#: Above this many calls there is nothing left to wait for.
CALL_LIMIT = 25_600

#: A leak rises at a like rate: the largest rise of a window over the smallest, the last over the first.
MAX_UNEVENNESS = 3.3
MIN_LAST_OF_FIRST = 0.6
#: A last rise this much below the first is slowing too, when it is below by more than chance gives: so many standard
#: deviations of the difference. A square root has 0.65, a cache that random keys have filled by a third 0.85.
STEADY_LAST_OF_FIRST = 0.85
SLOWING_DEVIATIONS = 3.0
#: A slowing rise tends to this share of itself at least when something leaks beside a cache that fills; the rises of a
#: square root seem to tend to 0.8 of the last.
STEADY_SHARE = 0.9
#: What random keys fill slows by the same factor from window to window. When that is about a half it is nearly full.
FILLING_SHARE = 0.55
FILLING_EVENNESS = 1.15
#: A window's rise against the swing inside it beyond that rise, so that a saw-tooth's phase is no growth.
MIN_RISE_OF_SWING = 0.5
#: The rate against the rate at half as many calls: what fills up slows down by a factor of two or more.
MAX_RATE_CHANGE = 2.5

#: Blocks alone are weak evidence below these: caches of the interpreter's own move single blocks.
LONE_BLOCKS_PER_CALL = 0.5
LONE_BLOCKS_CALLS = 12_800

#: One object per 100 calls shows in every window only when these are long: exact counters have no noise, but few calls
#: have few windows' worth of them.
SLOW_CALLS = 12_800

#: A flat answer takes this many calls, or fewer and some time; growth of memory takes more, since a hand-made cache of
#: a few thousand entries looks like a leak until it is full.
FLAT_CALLS = 3_200
FLAT_CALLS_IF_SLOW = 800
FLAT_SECONDS = 2.0
LEAK_CALLS = 12_800
#: With more new objects than these, walking the heap to explain them would take the rest of the budget.
LEAK_OBJECTS = 500_000

#: With fewer calls than these, growth of memory looks the same as a cache that fills.
FEW_CALLS = 160
SOME_CALLS = 640
LEAST_CALLS = 8


@dataclass(frozen=True, slots=True)
class SignalRule:
    """When a signal's growth counts: the least rise per window and the least rate per call. ``is_countable`` signals
    say something at any number of calls; ``needs_collector_off`` ones only when nobody else frees what they count.
    Down to ``slow_floor_per_call`` a rise counts once there were ``SLOW_CALLS`` calls."""

    signal: str
    floor_per_window: int
    floor_per_call: float
    is_countable: bool = False
    needs_collector_off: bool = False
    slow_floor_per_call: float | None = None


GROWTH_RULES: tuple[SignalRule, ...] = (
    SignalRule("gc_object_count", 5, 0.025, slow_floor_per_call=0.005),
    SignalRule("allocated_blocks", 5, 0.025, slow_floor_per_call=0.005),
    SignalRule("interned_count", 5, 0.025, slow_floor_per_call=0.005),
    SignalRule("malloc_bytes", 4 << 10, 6),
    SignalRule("private_bytes", 256 << 10, 256),
    SignalRule("gc_garbage_count", 2, 0.02),
    SignalRule("collected_count", 1, 0.1, needs_collector_off=True),
    SignalRule("fd_count", 2, 0.02, is_countable=True),
    SignalRule("thread_count", 2, 0.02, is_countable=True),
    SignalRule("child_count", 2, 0.02, is_countable=True),
    SignalRule("task_count", 2, 0.02, is_countable=True),
)


#: What allocations move, and of these the counters without noise of their own.
MEMORY = frozenset({"gc_object_count", "allocated_blocks", "interned_count", "malloc_bytes", "private_bytes"})
EXACT_MEMORY = frozenset({"gc_object_count", "allocated_blocks"})


def evaluation_points() -> tuple[int, ...]:
    """The numbers of calls at which a running check is judged: 16, doubling, up to the limit."""
    points = [16]
    while points[-1] * 2 < CALL_LIMIT:
        points.append(points[-1] * 2)
    return (*points, CALL_LIMIT)


def is_answerable(calls: int, seconds: float, new_object_count: int = 0) -> bool:
    """True once there are enough calls for growth to have shown itself, fewer when they are slow or leave much."""
    is_slow_or_heavy = seconds >= FLAT_SECONDS or new_object_count >= LEAK_OBJECTS
    return calls >= FLAT_CALLS or (calls >= FLAT_CALLS_IF_SLOW and is_slow_or_heavy)


def is_settled(judgement: Judgement) -> bool:
    """True when more calls would change nothing: all is flat, something leaks that no cache explains, or there were
    enough calls for a cache of thousands of entries to have filled."""
    if judgement.trend is Trend.LEAKS:
        objects = judgement.of("gc_object_count")
        is_heavy = objects is not None and objects.per_call * judgement.calls >= LEAK_OBJECTS
        return (
            judgement.calls >= LEAK_CALLS
            or (is_heavy and judgement.calls >= SOME_CALLS)
            or any(_rule(entry.signal).is_countable for entry in judgement.leaking())
        )
    return judgement.trend is Trend.FLAT


def judge(series: Series, calls: int, *, window_count: int = WINDOW_COUNT) -> Judgement:
    """Every signal of ``series`` judged over its first ``calls`` calls, and the worst of them."""
    rules = [rule for rule in GROWTH_RULES if rule.signal in series.values]
    growths = [_judge_signal(rule, series, calls, window_count) for rule in rules]
    growths = [_weighed(growth, growths, calls) for growth in growths]
    return Judgement(calls, worst(growths), tuple(growths), _windows(series, calls, window_count))


def worst(growths: Sequence[SignalGrowth]) -> Trend:
    """The worst trend of several signals."""
    for trend in (Trend.LEAKS, Trend.SUSPECT):
        if any(growth.trend is trend for growth in growths):
            return trend
    return Trend.FLAT


# --- one signal -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Rise:
    """The minima of the windows and what follows from them. ``rates`` are the growths for windows of equal length: the
    samples that have the minima lie at uneven distances. ``dispersion`` is the variance of the growth over its mean: 0
    when every call leaves the same, 1 when whole objects are left at random."""

    growths: tuple[int, ...]
    rates: tuple[float, ...]
    per_call: float
    swing: int
    dispersion: float

    @property
    def least(self) -> int:
        return min(self.growths)

    @property
    def own_swing(self) -> float:
        """What is left of the swing inside a window without the rise through it."""
        return self.swing - sum(self.growths) / len(self.growths)


def _judge_signal(rule: SignalRule, series: Series, calls: int, window_count: int) -> SignalGrowth:
    values = series.values[rule.signal]
    rise = _rise(series.calls, values, calls, window_count)
    if rise is None:
        total = values[bisect_right(series.calls, calls) - 1] - values[0] if series.calls else 0
        return _too_few(rule, total, calls)
    half = _rise(series.calls, values, calls // 2, window_count)
    trend, reason = _trend(rule, rise, half, series, calls)
    return SignalGrowth(rule.signal, rise.growths, rise.per_call, rule.floor_per_call, trend, reason)


def _too_few(rule: SignalRule, total: int, calls: int) -> SignalGrowth:
    is_flat = total <= 0 or (rule.needs_collector_off or SIGNALS[rule.signal].tier != "exact")
    reason = "too few calls for four windows"
    return SignalGrowth(
        rule.signal,
        (total,),
        total / max(1, calls),
        rule.floor_per_call,
        Trend.FLAT if is_flat else Trend.SUSPECT,
        reason,
    )


def _rise(calls_at: Sequence[int], values: Sequence[int], calls: int, window_count: int) -> _Rise | None:
    """The rises between windows over the first ``calls`` calls; ``None`` when a window has no sample."""
    rows = _window_rows(calls_at, calls, window_count)
    if any(first >= last for first, last in rows):
        return None
    lowest = [min(range(first, last), key=values.__getitem__) for first, last in rows]
    swing = max(max(values[first:last]) - values[row] for (first, last), row in zip(rows, lowest, strict=True))
    growths = tuple(values[after] - values[before] for before, after in pairwise(lowest))
    window_calls = calls * (1 - WARM_UP_SHARE) / window_count
    distances = [calls_at[after] - calls_at[before] for before, after in pairwise(lowest)]
    scales = [min(2.0, max(0.5, window_calls / max(1, distance))) for distance in distances]
    rates = tuple(growth * scale for growth, scale in zip(growths, scales, strict=True))
    dispersion = _dispersion(calls_at, values, rows[0][0], rows[-1][1])
    return _Rise(growths, rates, sum(growths) / max(1, sum(distances)), swing, dispersion)


def _dispersion(calls_at: Sequence[int], values: Sequence[int], first: int, last: int) -> float:
    """From each step to the next (von Neumann's estimate), so that a trend of the rate does not count as chance."""
    squares, total = 0.0, 0
    before: tuple[int, int] | None = None
    for row in range(first + 1, last):
        step = (calls_at[row] - calls_at[row - 1], values[row] - values[row - 1])
        if before is not None and before[0]:
            squares += (step[1] - before[1] * step[0] / before[0]) ** 2
        total += abs(step[1])
        before = step
    return squares / (2 * total) if total else 0.0


def _window_rows(calls_at: Sequence[int], calls: int, window_count: int) -> list[tuple[int, int]]:
    """First and past-the-last sample row of each window."""
    start = calls * WARM_UP_SHARE
    length = (calls - start) / window_count
    edges = [start + length * index for index in range(window_count + 1)]
    rows = [bisect_right(calls_at, edge) for edge in edges]
    return list(pairwise(rows))


def _windows(series: Series, calls: int, window_count: int) -> tuple[Window, ...]:
    windows = []
    for first, last in _window_rows(series.calls, calls, window_count):
        if first < last:
            minima = tuple((name, min(values[first:last])) for name, values in series.values.items())
            windows.append(Window(series.calls[first], series.calls[last - 1], minima))
    return tuple(windows)


def _trend(rule: SignalRule, rise: _Rise, half: _Rise | None, series: Series, calls: int) -> tuple[Trend, str]:
    if rule.needs_collector_off and series.collector_is_enabled:
        return Trend.FLAT, "the collector is on and frees it"
    if rise.least <= 0:
        return Trend.FLAT, "does not rise in every window"
    is_slow = rise.per_call < rule.floor_per_call
    if is_slow and rise.per_call < (rule.slow_floor_per_call or rule.floor_per_call):
        return Trend.FLAT, "below the floor per call"
    if rule.signal == "gc_object_count" and _is_replacement(series, calls):
        return Trend.FLAT, "new objects take the place of old ones"
    if _fills_up(rise):
        return Trend.FLAT, "slows down like what fills up"
    failed = [reason for holds, reason in _CONDITIONS if not holds(rule, rise, half)]
    if is_slow and calls < SLOW_CALLS and rise.least >= rule.floor_per_window:
        return Trend.SUSPECT, f"so slow a rise needs {SLOW_CALLS:,} calls"
    if is_slow and failed:
        return Trend.FLAT, failed[0]
    if not failed:
        return Trend.LEAKS, "rises in every window at a like rate"
    is_exact = SIGNALS[rule.signal].tier == "exact"
    if rise.least < rule.floor_per_window and (calls >= FEW_CALLS or not is_exact):
        return Trend.FLAT, "below the noise floor"
    return Trend.SUSPECT, failed[0]


_CONDITIONS: tuple[tuple[Callable[[SignalRule, _Rise, _Rise | None], bool], str], ...] = (
    (lambda rule, rise, half: rise.least >= rule.floor_per_window, "rises too little per window to be sure"),
    (lambda rule, rise, half: max(rise.rates) <= MAX_UNEVENNESS * min(rise.rates), "rises by uneven steps"),
    (lambda rule, rise, half: not _is_slowing(rise), "is slowing down"),
    (lambda rule, rise, half: rise.least >= MIN_RISE_OF_SWING * rise.own_swing, "swings more than it rises"),
    (lambda rule, rise, half: _keeps_its_rate(rise, half), "rose at another rate before"),
)


def _is_slowing(rise: _Rise) -> bool:
    first, last = rise.rates[0], rise.rates[-1]
    chance = SLOWING_DEVIATIONS * math.sqrt(rise.dispersion * (first + last))
    if last < MIN_LAST_OF_FIRST * first:
        return True
    return last < STEADY_LAST_OF_FIRST * first and first - last > chance and _final_rise(rise) < STEADY_SHARE * last


def _final_rise(rise: _Rise) -> float:
    """Where the rises tend to, if they slow by a part that fades geometrically: what leaks beside a cache that fills
    (Aitken's delta-squared); 0 when they do not."""
    first, middle, last = rise.rates[0], rise.rates[len(rise.rates) // 2], rise.rates[-1]
    early, late = first - middle, middle - last
    return last - late**2 / (early - late) if early > late > 0 else 0.0


def _fills_up(rise: _Rise) -> bool:
    """Each rise is about half of the one before, or less, by the same factor again and again: what is left to come is
    less than what the last window brought. Something that leaks beside it would keep the later rises up."""
    shares = [after / before for before, after in pairwise(rise.rates)]
    chance = math.sqrt(max(1.0, rise.dispersion) * rise.rates[-1]) / rise.rates[-2]
    return max(shares) <= FILLING_SHARE and shares[-1] <= FILLING_EVENNESS * shares[0] + chance


def _keeps_its_rate(rise: _Rise, half: _Rise | None) -> bool:
    if half is None or half.per_call <= 0:
        return False
    return 1 / MAX_RATE_CHANGE <= rise.per_call / half.per_call <= MAX_RATE_CHANGE


def _is_replacement(series: Series, calls: int) -> bool:
    """Objects that were there before the first sample died while new ones came: a full cache, not growth."""
    if not series.replaced_count:
        return False
    values = series.values["gc_object_count"]
    last = values[bisect_left(series.calls, min(calls, series.calls[-1]))]
    return series.replaced_count >= 0.5 * (last - values[0])


# --- signals together -------------------------------------------------------------------------------------------------


def _weighed(growth: SignalGrowth, growths: Sequence[SignalGrowth], calls: int) -> SignalGrowth:
    """A leaking signal demoted to a suspect where it is not enough by itself."""
    if growth.trend is not Trend.LEAKS or _rule(growth.signal).is_countable:
        return growth
    others = [other for other in growths if other is not growth and other.trend is Trend.LEAKS]
    is_lone_block = growth.signal == "allocated_blocks" and not others
    for applies, reason in (
        (calls < FEW_CALLS, f"{calls} calls are too few to tell it from a cache that fills"),
        (is_lone_block and calls < SOME_CALLS, f"blocks alone over {calls} calls are not enough"),
        (
            is_lone_block and growth.per_call < LONE_BLOCKS_PER_CALL and calls < LONE_BLOCKS_CALLS,
            f"so few blocks alone need {LONE_BLOCKS_CALLS:,} calls",
        ),
    ):
        if applies:
            return replace(growth, trend=Trend.SUSPECT, reason=reason, needs_calls=True)
    return growth


def _rule(signal: str) -> SignalRule:
    return next(rule for rule in GROWTH_RULES if rule.signal == signal)


def floor_of(signal: str) -> int:
    """The least rise per window that counts for a signal."""
    return _rule(signal).floor_per_window


def detectable_per_call(judgement: Judgement) -> dict[str, float]:
    """The least rate per call of each signal that would not have been called flat over these calls."""
    window_calls = max(1.0, judgement.calls * (1 - WARM_UP_SHARE) / WINDOW_COUNT)
    found: dict[str, float] = {}
    for growth in judgement.growths:
        rule = _rule(growth.signal)
        floor = rule.slow_floor_per_call or rule.floor_per_call
        found[rule.signal] = max(floor, rule.floor_per_window / window_calls)
    return found
