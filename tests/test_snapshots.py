from __future__ import annotations

import os
import subprocess
import sys
import threading
import tracemalloc

import pytest

import leakscope
from leakscope.model.snapshot import SnapshotData
from leakscope.sensors import DETAILS, SENSORS, sensors_for


@pytest.mark.parametrize("detail", DETAILS)
def test_what_is_not_read_is_missing_with_a_reason(detail):
    taken = leakscope.snapshot(detail=detail)
    missing = {entry.signal: entry.reason for entry in taken.missing}
    for sensor in sensors_for(detail):
        for signal in sensor.signals:
            if getattr(taken, signal) is None:
                assert missing[signal]
            else:
                assert signal not in missing


def test_sensors_fill_fields_of_the_snapshot_and_each_field_has_one_sensor():
    signals = [signal for sensor in SENSORS for signal in sensor.signals]
    assert len(signals) == len(set(signals))
    assert set(signals) <= set(SnapshotData.__slots__)


@pytest.mark.parametrize("sensor", SENSORS, ids=lambda sensor: sensor.name)
def test_a_sensor_reads_what_its_row_says(sensor):
    reading = sensor.read()
    assert set(reading.values) | {entry.signal for entry in reading.missing} == set(sensor.signals)


def test_values_are_those_of_this_process():
    taken = leakscope.snapshot(detail="objects")
    assert taken.pid == os.getpid()
    assert taken.gc_object_count == sum(row.count for row in taken.census)
    assert len(taken.gc_counts) == len(taken.gc_thresholds)
    assert 0 < taken.uss_bytes <= taken.rss_bytes + taken.heap_used_bytes + (1 << 20)
    assert taken.private_dirty_bytes <= taken.uss_bytes
    assert taken.pymalloc_used_bytes > 0


def test_descriptors_threads_and_children_are_counted():
    before = leakscope.snapshot(detail="memory")
    read_fd, write_fd = os.pipe()
    may_end = threading.Event()
    thread = threading.Thread(target=may_end.wait)
    thread.start()
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        delta = leakscope.compare(before, leakscope.snapshot(detail="memory"))
    finally:
        may_end.set()
        thread.join()
        child.communicate(b"\n")
        os.close(read_fd)
        os.close(write_fd)
    assert delta.amount_of("fd_count") == 3
    assert delta.amount_of("python_thread_count") == 1
    assert delta.amount_of("child_count") == 1


def test_traced_bytes_while_tracing():
    tracemalloc.start()
    try:
        taken = leakscope.snapshot(detail="memory")
    finally:
        tracemalloc.stop()
    assert taken.traced_peak_bytes >= taken.traced_bytes > 0
    assert "while tracemalloc is on" in next(e.reason for e in taken.missing if e.signal == "pymalloc_used_bytes")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_reads_itself():
    read_fd, write_fd = os.pipe()
    pid = os.fork()
    if pid == 0:
        taken = leakscope.snapshot(detail="memory")
        os.write(write_fd, f"{taken.pid == os.getpid()} {taken.child_count} {taken.python_thread_count}".encode())
        os._exit(0)
    os.waitpid(pid, 0)
    try:
        assert os.read(read_fd, 100) == b"True 0 1"
    finally:
        os.close(read_fd)
        os.close(write_fd)


@pytest.mark.parametrize("detail", ["everything", None, 3, ["memory"]])
def test_another_detail_is_an_error_that_lists_the_details(detail):
    with pytest.raises(leakscope.ArgumentError, match="'counters', 'memory', 'objects'"):
        leakscope.snapshot(detail=detail)


def test_compare_takes_snapshots_only():
    with pytest.raises(leakscope.ArgumentError, match=r"compare\(after=...\) got int"):
        leakscope.compare(leakscope.snapshot(detail="counters"), 3)


def test_text_fits_a_terminal():
    lines = str(leakscope.snapshot(detail="objects")).splitlines()
    assert len(lines) <= 25
    assert max(map(len, lines)) <= 80


def test_a_comparison_prints_what_changed():
    before = leakscope.snapshot(detail="counters")
    kept = [object() for _ in range(1000)]
    delta = leakscope.compare(before, leakscope.snapshot(detail="counters"))
    assert delta.amount_of("allocated_blocks") >= 1000
    assert "allocated blocks" in delta.table
    assert len(kept) == 1000
