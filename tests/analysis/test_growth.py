"""The judge on invented series: what leaks, what fills, what swings, and what only looks like it."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from itertools import pairwise

import pytest

from leakscope.analysis import growth
from leakscope.model.growth import Series, Trend

Shape = Callable[[int], int]


def series(calls: int, every: int = 10, **signals: Shape) -> Series:
    at = list(range(0, calls + 1, every))
    return Series(at, {name: [shape(call) for call in at] for name, shape in signals.items()}, seconds=1.0)


def trend(shape: Shape, calls: int, signal: str = "gc_object_count", every: int = 10) -> Trend:
    judged = growth.judge(series(calls, every, **{signal: shape}), calls).of(signal)
    assert judged is not None
    return judged.trend


def noisy(shape: Shape, least: int, most: int) -> Shape:
    source = random.Random(7)
    return lambda call: shape(call) + source.randint(least, most)


LEAKS: dict[str, tuple[Shape, int]] = {
    "one per call": (lambda call: call, 4096),
    "one per 10 calls": (lambda call: call // 10, 4096),
    "one per 39 calls": (lambda call: call // 39, 4096),
    "with a saw-tooth flushed every 50 calls": (lambda call: call + call % 50, 4096),
    "with a saw-tooth flushed every 200 calls": (lambda call: call + call % 200, 4096),
    "after a warm-up of 150 objects": (lambda call: call + min(call, 100) * 3 // 2, 4096),
    "with a one-off step": (lambda call: call + (30 if call > 2000 else 0), 4096),
    "in steps of eight": (lambda call: call // 8 * 8, 4096),
    "with temporaries on top": (noisy(lambda call: call, 0, 200), 4096),
    "hidden in a falling trend that ends": (lambda call: call + max(0, 800 - 2 * call), 4096),
}
CLEAN: dict[str, tuple[Shape, int]] = {
    "constant": (lambda call: 100, 4096),
    "falling": (lambda call: 10_000 - call, 4096),
    "saw-tooth of 50": (lambda call: call % 50, 4096),
    "saw-tooth of 200": (lambda call: call % 200, 4096),
    "one step": (lambda call: 500 if call > 2000 else 0, 4096),
    "cache of 512": (lambda call: min(call, 512), 4096),
    "cache of 128 per two calls": (lambda call: min(call // 2, 128), 4096),
    "logarithm": (lambda call: int(20 * math.log(call + 1)), 25_600),
    "random temporaries": (noisy(lambda call: 0, 0, 300), 4096),
    "growth that does not scale with calls": (lambda call: call.bit_length() * 3, 4096),
}


@pytest.mark.parametrize("name", LEAKS)
def test_growth_that_repeats_is_a_leak(name):
    shape, calls = LEAKS[name]
    assert trend(shape, calls) is Trend.LEAKS


@pytest.mark.parametrize("name", CLEAN)
def test_growth_that_stops_or_swings_is_not(name):
    shape, calls = CLEAN[name]
    assert trend(shape, calls) is Trend.FLAT


@pytest.mark.parametrize("size", [512, 1024])
@pytest.mark.parametrize("calls", [point for point in growth.evaluation_points() if growth.is_answerable(point, 0.0)])
def test_a_cache_that_fills_early_is_flat_at_every_point_of_an_answer(size, calls):
    assert trend(lambda call: min(call, size), calls) is Trend.FLAT


def test_a_cache_that_fills_late_is_flat_in_the_end():
    assert trend(lambda call: min(call, 4096), 25_600) is Trend.FLAT


def test_one_object_per_hundred_calls_is_a_suspect_until_there_are_enough_calls():
    assert trend(lambda call: call // 100, 4096) is Trend.SUSPECT
    assert trend(lambda call: call // 100, 16_384) is Trend.LEAKS
    assert trend(lambda call: call // 1000, 25_600) is Trend.FLAT
    assert trend(lambda call: min(call // 10, 200), 4096) is Trend.FLAT


def test_a_lone_trickle_of_blocks_needs_many_calls():
    def one_per_ten(call):
        return call // 10

    assert trend(one_per_ten, 4096, "allocated_blocks") is Trend.SUSPECT
    assert trend(one_per_ten, 16_384, "allocated_blocks") is Trend.LEAKS
    both = series(4096, allocated_blocks=one_per_ten, gc_object_count=one_per_ten)
    assert {entry.trend for entry in growth.judge(both, 4096).growths} == {Trend.LEAKS}


@pytest.mark.parametrize(
    ("signal", "per_call", "expected"),
    [
        ("malloc_bytes", 16, Trend.LEAKS),
        ("malloc_bytes", 5, Trend.FLAT),
        ("private_bytes", 4096, Trend.LEAKS),
        ("private_bytes", 200, Trend.FLAT),
        ("allocated_blocks", 1, Trend.LEAKS),
        ("gc_garbage_count", 1, Trend.LEAKS),
    ],
)
def test_floors(signal, per_call, expected):
    assert trend(lambda call: per_call * call, 4096, signal) is expected


def test_few_calls_settle_only_what_is_counted():
    assert trend(lambda call: call, 120, "fd_count", every=1) is Trend.LEAKS
    assert trend(lambda call: call, 120, "thread_count", every=1) is Trend.LEAKS
    assert trend(lambda call: call, 120, "gc_object_count", every=1) is Trend.SUSPECT
    assert trend(lambda call: call, 400, "allocated_blocks", every=1) is Trend.SUSPECT
    judged = growth.judge(series(120, 1, gc_object_count=lambda call: call), 120).of("gc_object_count")
    assert judged is not None
    assert judged.needs_calls


def test_a_slow_function_that_stays_flat_is_flat():
    assert trend(lambda call: 7, 30, every=1) is Trend.FLAT


def test_a_slow_function_that_grows_is_a_suspect():
    assert trend(lambda call: 2 * call, 12, every=1) is Trend.SUSPECT


def test_collected_cycles_leak_only_when_the_collector_is_off():
    at = list(range(0, 4097, 10))
    values = {"collected_count": [2 * call for call in at]}
    assert growth.judge(Series(at, values, 1.0, collector_is_enabled=True), 4096).trend is Trend.FLAT
    assert growth.judge(Series(at, values, 1.0, collector_is_enabled=False), 4096).trend is Trend.LEAKS


def test_objects_that_replace_frozen_ones_are_no_growth():
    at = list(range(0, 4097, 10))
    values = {"gc_object_count": list(at)}
    assert growth.judge(Series(at, values, 1.0, replaced_count=4000), 4096).trend is Trend.FLAT
    assert growth.judge(Series(at, values, 1.0, replaced_count=100), 4096).trend is Trend.LEAKS


def test_two_leaks_at_once_are_both_named_with_their_rates():
    judged = growth.judge(series(4096, gc_object_count=lambda call: call, malloc_bytes=lambda call: 64 * call), 4096)
    rates = {entry.signal: entry.per_call for entry in judged.leaking()}
    assert rates == {"gc_object_count": pytest.approx(1.0, rel=0.02), "malloc_bytes": pytest.approx(64.0, rel=0.02)}


def test_points_double_and_end_at_the_limit():
    points = growth.evaluation_points()
    assert points[:3] == (16, 32, 64)
    assert points[-1] == growth.CALL_LIMIT
    assert all(after > before for before, after in pairwise(points))


def test_an_answer_takes_calls_and_time():
    assert not growth.is_answerable(800, 1.9)
    assert growth.is_answerable(800, 2.0)
    assert growth.is_answerable(3200, 0.01)


def test_more_windows_can_be_asked_for():
    judged = growth.judge(series(4096, gc_object_count=lambda call: call), 4096, window_count=8)
    assert len(judged.windows) == 8
    assert len(judged.growths[0].growths) == 7
    assert judged.trend is Trend.LEAKS
