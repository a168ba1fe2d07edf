"""Sockets are kept in a pool that never closes one; the twin closes its socket."""

from __future__ import annotations

import socket

POOL: list[socket.socket] = []


def leak() -> None:
    POOL.append(socket.socket())  # allocated here


def clean() -> None:
    POOL.append(socket.socket())
    POOL.pop().close()


KINDS = {"file_descriptor", "retained"}
TYPES = {"socket.socket"}
HOLDER = "sockets_kept.POOL["
