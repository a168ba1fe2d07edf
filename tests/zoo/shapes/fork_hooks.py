"""Each client registers a fork handler, for which there is no way back; the twin registers one for all."""

from __future__ import annotations

import os

registered: set[str] = set()


class Client:
    def __init__(self, host: str) -> None:
        self.host = host

    def reconnect(self) -> None:
        self.host = self.host.lower()


def leak() -> None:
    client = Client("db")  # allocated here
    os.register_at_fork(after_in_child=client.reconnect)


def clean() -> None:
    client = Client("db")
    if client.host not in registered:
        registered.add(client.host)
        os.register_at_fork(after_in_child=client.reconnect)


KINDS = {"retained"}
TYPES = {"fork_hooks.Client"}
HOLDER = "fork"
