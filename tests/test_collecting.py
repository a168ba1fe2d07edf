from __future__ import annotations

import gc

import pytest

import leakscope
from leakscope.analysis import sentences


def make_cycles(count):
    for _ in range(count):
        pair = []
        pair.append([pair])


@pytest.fixture
def collector_off():
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def test_a_collection_tells_what_it_freed(collector_off):
    make_cycles(500)
    collection = leakscope.collect()
    assert collection.unreachable == 1000
    assert collection.freed_blocks >= 1000
    assert collection.freed_bytes > 1000 * 56
    assert collection.uncollectable == 0
    assert collection.duration_seconds > 0
    assert "1,000 unreachable objects" in collection.summary


def test_a_young_collection_leaves_the_old(collector_off):
    kept = []
    kept.append(kept)
    gc.collect()
    kept = None
    assert leakscope.collect(0).unreachable == 0
    assert leakscope.collect(2).unreachable == 1


def test_uncollectable_objects_are_counted(collector_off):
    gc.set_debug(gc.DEBUG_SAVEALL)
    make_cycles(1)
    try:
        collection = leakscope.collect()
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
    assert collection.uncollectable == 2
    assert "gc.garbage" in collection.summary


@pytest.mark.parametrize("generation", [-1, 3, 99, "2", None, True, 1.0])
def test_another_generation_is_an_error(generation):
    with pytest.raises(leakscope.ArgumentError, match="generations 0 to 2"):
        leakscope.collect(generation)


def test_nothing_to_free_is_said():
    gc.collect()
    assert "found nothing to free" in leakscope.collect().summary


def test_text_and_dictionary():
    collection = leakscope.collect(trim=True)
    assert str(collection).startswith(sentences.of_collection(collection)[:40])
    assert max(map(len, str(collection).splitlines())) <= 80
    assert collection.to_dict()["summary"] == collection.summary
    assert collection.trimmed
