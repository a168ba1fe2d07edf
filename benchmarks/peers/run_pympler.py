"""pympler as its documentation says: a ``SummaryTracker``'s differences; any type with more objects or bytes is an
alarm. Two differences come first and are dropped, as there: the first one lists what pympler itself made."""

from __future__ import annotations

from pympler import summary, tracker
from target import target

CALLS = 100
FUNCTION = target()

if __name__ == "__main__":
    FUNCTION()  # what the first call imports is nobody's leak
    tracked = tracker.SummaryTracker()
    tracked.diff()
    tracked.diff()
    for _ in range(CALLS):
        FUNCTION()
    rows = [row for row in tracked.diff() if row[1] > 0 or row[2] > 0]
    summary.print_(rows)
    print("verdict: grew" if rows else "verdict: nothing grew")
