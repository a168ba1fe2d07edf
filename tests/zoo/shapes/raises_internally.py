"""A parser raises deep down and its caller answers with a default."""

from __future__ import annotations


def parse(text: str) -> int:
    try:
        return int(text)
    except ValueError as error:
        raise LookupError(f"no number in {text!r}") from error


def clean() -> None:
    for text in ("12", "twelve", ""):
        try:
            parse(text)
        except LookupError:
            continue
