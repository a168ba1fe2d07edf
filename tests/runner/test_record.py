"""The record that parent and child share, written and read in one process."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap

import pytest

from leakscope.measuring import State
from leakscope.runner.record import Record, unnamed_file


@pytest.fixture
def record():
    fd = unnamed_file(20)
    record = Record(fd, 20)
    os.close(fd)
    yield record
    record.close()


def test_an_empty_record_has_no_series(record):
    assert record.series(["allocated_blocks"]) is None
    assert record.calls == 0
    assert not record.pipe_is_lost


def test_samples_come_back(record):
    columns = ([10, 11, 12], [7, 7, -8])
    for row in range(3):
        record.write(row, columns, State(row * 5, row / 4, row / 8, row < 2, row))
    series = record.series(["allocated_blocks", "fd_count"])
    assert list(series.calls) == [0, 5, 10]
    assert series.values == {"allocated_blocks": [10, 11, 12], "fd_count": [7, 7, -8]}
    assert (series.collector_is_enabled, series.replaced_count) == (False, 2)
    assert record.calls == 10
    assert record.overhead().target_seconds == pytest.approx(0.25)
    assert record.overhead().sample_count == 3


def test_measuring_again_starts_over(record):
    for row in (0, 1, 0):
        record.write(row, ([10, 11],), State(row * 5, 0.1, 0.1, True, 0))
    assert list(record.series(["allocated_blocks"]).calls) == [0]


def test_writing_leaves_nothing():
    code = """
        import gc, os, sys
        from array import array
        from leakscope.measuring import State
        from leakscope.runner.record import Record, unnamed_file
        record = Record(unnamed_file(None), None)
        columns = (array("q", bytes(8 * 4000)), array("q", bytes(8 * 4000)))
        counts = array("q", [0, 0])
        def write(first, last):
            for row in range(first, last):
                record.write(row, columns, State(row, row / 7, row / 9, True, 0))
        write(0, 1100)
        gc.collect()
        counts[0] = sys.getallocatedblocks()
        write(1100, 4000)
        gc.collect()
        counts[1] = sys.getallocatedblocks()
        assert counts[1] <= counts[0], counts
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(code)], check=True)
