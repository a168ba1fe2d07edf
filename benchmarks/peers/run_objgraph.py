"""objgraph as its documentation says: growth before and after; any type that grew is an alarm."""

from __future__ import annotations

import objgraph
from target import target

CALLS = 100
FUNCTION = target()

if __name__ == "__main__":
    FUNCTION()  # what the first call imports is nobody's leak
    objgraph.growth()
    for _ in range(CALLS):
        FUNCTION()
    grown = objgraph.growth()
    for name, count, delta in grown:
        print(f"{name} {count} +{delta}")
    print("verdict: grew" if grown else "verdict: nothing grew")
