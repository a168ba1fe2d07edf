"""Connections are taken from a pool, which makes a new one each time as none comes back; the twin returns its own."""

from __future__ import annotations


class Connection:
    def __init__(self) -> None:
        self.is_open = True


class Pool:
    def __init__(self) -> None:
        self.idle: list[Connection] = []
        self.in_use: set[Connection] = set()

    def acquire(self) -> Connection:
        connection = self.idle.pop() if self.idle else Connection()  # allocated here
        self.in_use.add(connection)
        return connection

    def release(self, connection: Connection) -> None:
        self.in_use.remove(connection)
        self.idle.append(connection)


POOL = Pool()


def leak() -> None:
    POOL.acquire()


def clean() -> None:
    POOL.release(POOL.acquire())


KINDS = {"retained"}
TYPES = {"object_pool.Connection"}
HOLDER = "object_pool.POOL.in_use"
