"""Each failure is raised from the last one, which is kept as sys.last_exc: the chain grows; the twin's has no cause."""

from __future__ import annotations

import sys


class JobFailed(Exception):
    pass


sys.last_exc = JobFailed("first")


def retry(cause: BaseException | None) -> None:
    raise JobFailed("retry") from cause  # allocated here


def leak() -> None:
    try:
        retry(sys.last_exc)
    except JobFailed as error:
        sys.last_exc = error


def clean() -> None:
    try:
        retry(None)
    except JobFailed as error:
        sys.last_exc = error


KINDS = {"retained"}
TYPES = {"chained_exceptions.JobFailed"}
HOLDER = "sys.last_exc"
