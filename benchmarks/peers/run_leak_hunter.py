"""python-leak-hunter as its README says: ``measure_growth``, then ``why_alive`` of the suggested type."""

from __future__ import annotations

from leak_hunter import measure_growth, why_alive
from target import target

FUNCTION = target()

if __name__ == "__main__":
    report = measure_growth(FUNCTION)
    print(report.format())
    if report.suspect is not None:
        print(why_alive(report.suspect).format())
