"""Growth that calls cause against what other threads do meanwhile, on invented numbers."""

from __future__ import annotations

import pytest

from leakscope.analysis import growth, other_threads
from leakscope.model.growth import Background, Judgement, Series, Trend

CALLS = 4096


def judged(per_call: float, signal: str = "gc_object_count") -> Judgement:
    at = list(range(0, CALLS + 1, 10))
    return growth.judge(Series(at, {signal: [int(per_call * call) for call in at]}, seconds=1.0), CALLS)


def weighed(judgement: Judgement, swing: int, with_calls=(), without=(), signal="gc_object_count") -> Trend:
    background = Background({signal: swing}, {signal: with_calls}, {signal: without})
    return other_threads.weigh(judgement, background).trend


def test_counters_that_stand_still_while_nobody_calls_are_the_targets_own():
    assert weighed(judged(1), swing=0) is Trend.LEAKS
    assert weighed(judged(1), swing=4) is Trend.LEAKS


def test_growth_that_goes_on_without_calls_is_no_leak_of_the_target():
    assert weighed(judged(1), 50, with_calls=[50] * 8, without=[48] * 8) is Trend.SUSPECT


@pytest.mark.parametrize("noise", [[0, 0, 90, 0, 0, 0, 10, 0], [-20, 30, -10, 60, -80, 90, 0, 5], [10] * 8])
def test_growth_ten_times_the_noise_is_a_leak(noise):
    mean = max(1, sum(map(abs, noise)) // len(noise))
    with_calls = [10 * mean + extra for extra in reversed(noise)]
    assert weighed(judged(1), 50, with_calls, noise) is Trend.LEAKS


def test_growth_near_the_noise_is_a_suspect():
    assert weighed(judged(1), 50, [60, 20, 45, 70, 30, 55, 10, 40], [30, 50, 10, 60, 20, 40, 35, 45]) is Trend.SUSPECT


def test_too_few_rounds_prove_nothing():
    assert weighed(judged(1), 50, [1000] * 3, [1] * 3) is Trend.SUSPECT
    assert weighed(judged(1), 50) is Trend.SUSPECT


def test_a_slow_leak_needs_growth_in_half_of_the_rounds_when_waiting_never_grows():
    assert weighed(judged(1), 50, [1, 0, 1, 1, 0, 1, 0, 1], [0, -3, 0, 0, -1, 0, 0, 0]) is Trend.LEAKS
    assert weighed(judged(1), 50, [1, 0, 0, 0, 0, 1, 0, 0], [0, 0, 0, 0, 0, 0, 0, 0]) is Trend.SUSPECT


def test_flat_counters_that_others_move_cannot_be_called_flat():
    falling = judged(-1)
    assert falling.trend is Trend.FLAT
    assert not other_threads.is_still(falling)
    assert weighed(falling, swing=300) is Trend.SUSPECT
    assert weighed(falling, swing=0) is Trend.FLAT


def test_temporaries_of_others_that_cancel_out_leave_flat_what_is_flat():
    still = judged(0)
    assert other_threads.is_still(still)
    assert weighed(still, swing=3000) is Trend.FLAT


def test_one_moving_signal_of_memory_casts_doubt_on_the_others():
    background = Background({"allocated_blocks": 80, "gc_object_count": 0}, {}, {})
    assert other_threads.weigh(judged(1), background).trend is Trend.SUSPECT
    assert other_threads.weigh(judged(1, "fd_count"), background).trend is Trend.LEAKS
