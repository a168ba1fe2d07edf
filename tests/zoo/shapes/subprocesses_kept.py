"""Children are started and never waited for; the twin waits."""

from __future__ import annotations

import subprocess

JOBS: list[subprocess.Popen[bytes]] = []


def leak() -> None:
    JOBS.append(subprocess.Popen(["true"]))  # allocated here


def clean() -> None:
    JOBS.append(subprocess.Popen(["true"]))
    JOBS.pop().wait()


KINDS = {"process", "retained"}
TYPES = {"subprocess.Popen"}
HOLDER = "subprocesses_kept.JOBS["
