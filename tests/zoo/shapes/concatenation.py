"""Text is put together from pieces, and only its length is used."""

from __future__ import annotations

import itertools

numbers = itertools.count()


def clean() -> int:
    text = ""
    for number in range(next(numbers) % 40):
        text += f"{number}: " + "x" * number + "\n"
    return len(text)
