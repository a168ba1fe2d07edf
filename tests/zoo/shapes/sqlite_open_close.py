"""A database in memory is made, used and closed."""

from __future__ import annotations

import contextlib
import sqlite3


def clean() -> None:
    with contextlib.closing(sqlite3.connect(":memory:")) as database:
        database.execute("create table users (name text)")
        database.execute("insert into users values (?)", ("ann",))
        database.execute("select * from users").fetchall()
