"""A function that waits 10 ms for its answer logs each into a list; the twin overwrites the last."""

from __future__ import annotations

import time

ANSWERS: list[Answer] = []


class Answer:
    def __init__(self, status: int) -> None:
        self.status = status


def leak() -> None:
    time.sleep(0.01)
    ANSWERS.append(Answer(200))  # allocated here


def clean() -> None:
    time.sleep(0.01)
    ANSWERS[:] = [Answer(200)]


KINDS = {"retained"}
TYPES = {"slow_function_list.Answer"}
HOLDER = "slow_function_list.ANSWERS["
