"""Cursors stop after their first row and are kept, each with its statement; the twin's cursor is closed."""

from __future__ import annotations

import sqlite3

DATABASE = sqlite3.connect(":memory:")
DATABASE.executescript("create table users (name text); insert into users values ('ann'), ('bob')")
CURSORS: list[sqlite3.Cursor] = []


def leak() -> None:
    cursor = DATABASE.execute("select name from users")  # allocated here
    cursor.fetchone()
    CURSORS.append(cursor)


def clean() -> None:
    cursor = DATABASE.execute("select name from users")
    cursor.fetchone()
    CURSORS.append(cursor)
    CURSORS.pop().close()


KINDS = {"retained"}
TYPES = {"sqlite3.Cursor"}
HOLDER = "sqlite_statements.CURSORS["
