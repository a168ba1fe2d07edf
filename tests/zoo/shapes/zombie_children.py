"""A child is started by hand and never waited for; the twin waits."""

from __future__ import annotations

import os

TRUE = "/bin/true" if os.path.exists("/bin/true") else "/usr/bin/true"


def leak() -> None:
    os.posix_spawn(TRUE, ["true"], {})


def clean() -> None:
    os.waitpid(os.posix_spawn(TRUE, ["true"], {}), 0)


KINDS = {"process"}
TYPES: set[str] = set()
HOLDER = None
