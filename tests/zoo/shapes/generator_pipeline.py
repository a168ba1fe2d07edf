"""Generators feed one another and are dropped half-way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator


def numbered(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(lines):
        yield number, line.strip()


def clean() -> None:
    lines = numbered(f"line {number}\n" for number in range(100))
    for number, _ in lines:
        if number == 10:
            break
