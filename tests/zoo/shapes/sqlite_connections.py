"""Connections are opened and kept open; the twin closes its connection."""

from __future__ import annotations

import sqlite3

POOL: list[sqlite3.Connection] = []


def leak() -> None:
    POOL.append(sqlite3.connect(":memory:"))  # allocated here


def clean() -> None:
    POOL.append(sqlite3.connect(":memory:"))
    POOL.pop().close()


KINDS = {"retained"}
TYPES = {"sqlite3.Connection"}
HOLDER = "sqlite_connections.POOL["
