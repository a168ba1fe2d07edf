"""Failures are kept with their tracebacks, and these keep the frames' variables; the twin keeps the last one."""

from __future__ import annotations

FAILURES: list[ImportFailed] = []


class ImportFailed(Exception):
    pass


def import_row(row: dict[str, str]) -> None:
    cells = list(row.items())
    raise ImportFailed(f"no column {cells[0][0]!r}")  # allocated here


def leak() -> None:
    try:
        import_row({"name": "x"})
    except ImportFailed as error:
        FAILURES.append(error)


def clean() -> None:
    try:
        import_row({"name": "x"})
    except ImportFailed as error:
        FAILURES[:] = [error]


KINDS = {"retained"}
TYPES = {"exceptions_with_tracebacks.ImportFailed"}
HOLDER = "exceptions_with_tracebacks.FAILURES["
