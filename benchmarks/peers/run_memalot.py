"""memalot as its README says: the decorator ``leak_monitor``, which reports after each call but the first, its
warm-up; one report takes it some ten seconds."""

from __future__ import annotations

from memalot import leak_monitor
from target import target

CALLS = 2
FUNCTION = leak_monitor(target())

if __name__ == "__main__":
    for number in range(CALLS):
        print(f"call {number + 1} of {CALLS}", flush=True)
        FUNCTION()
