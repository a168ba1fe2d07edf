"""Every row of the table of sensors keeps the table's promises."""

from __future__ import annotations

import subprocess
import sys

import pytest

from leakscope.sensors import SENSORS, process_memory, pymalloc

READS_LEAVE_NOTHING = """
import gc, sys
from array import array
from leakscope.sensors import SENSORS
(read,) = [sensor.read for sensor in SENSORS if sensor.name == sys.argv[1]]
counted = array("q", [0, 0])
for _ in range(1100):
    read()
gc.collect(); gc.collect()
counted[0] = sys.getallocatedblocks()
counted[1] = len(gc.get_objects())
for _ in range(1000):
    read()
gc.collect()
grown = sys.getallocatedblocks() - counted[0], len(gc.get_objects()) - counted[1]
assert max(grown) <= 0, grown
"""


@pytest.mark.parametrize("name", [sensor.name for sensor in SENSORS])
def test_a_thousand_reads_leave_nothing_behind(name):
    subprocess.run([sys.executable, "-c", READS_LEAVE_NOTHING, name], check=True)


def test_a_rollup_is_read_by_its_names():
    text = (
        b"55d0-7ffd ---p 00000000 00:00 0 [rollup]\nRss: 9000 kB\nPss: 5000 kB\nPss_Dirty: 1 kB\n"
        b"Private_Clean: 100 kB\nPrivate_Dirty: 4000 kB\nPrivate_Hugetlb: 10 kB\n"
    )
    assert process_memory.parse_rollup(text) == {
        "uss_bytes": 4110 * 1024,
        "pss_bytes": 5000 * 1024,
        "private_dirty_bytes": 4000 * 1024,
    }


def test_allocator_statistics_are_read_by_their_line():
    text = b"# arenas allocated total =  12\n# bytes in allocated blocks        =            1,234,567\n"
    assert pymalloc.parse(text) == 1_234_567
    assert pymalloc.parse(b"") is None
