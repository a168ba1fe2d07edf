"""Numbers as people read them: bytes in KiB and MiB, counts with separators, rates per call. Touches nothing."""

from __future__ import annotations

_BYTE_UNITS = ((1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB"))


def size(byte_count: float) -> str:
    """A size in the largest binary unit that leaves at least 1 before the point: ``"4.0 KiB"``, ``"80 B"``."""
    for factor, unit in _BYTE_UNITS:
        if abs(byte_count) >= factor:
            return f"{byte_count / factor:,.1f} {unit}"
    return f"{byte_count:,.0f} B"


def number(value: float) -> str:
    """A count: whole numbers with separators, small fractions with the digits that matter."""
    if value == int(value):
        return f"{int(value):,}"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    if abs(value) >= 1:
        return f"{value:,.1f}"
    return f"{value:.2g}"


def signed(text: str) -> str:
    """The text of a number with a plus before it when it is not negative."""
    return text if text.startswith("-") else f"+{text}"


def amount(value: float, unit: str) -> str:
    """A value in its signal's unit: ``"4.0 KiB"`` for ``bytes``, ``"1,234"`` otherwise."""
    return size(value) if unit == "bytes" else number(value)


def duration(seconds: float) -> str:
    """A time in the unit that reads best: ``"1.5 s"``, ``"12 ms"``, ``"80 us"``."""
    if seconds >= 1:
        return f"{seconds:.1f} s"
    if seconds >= 1e-3:
        return f"{seconds * 1e3:.0f} ms" if seconds >= 1e-2 else f"{seconds * 1e3:.1f} ms"
    return f"{seconds * 1e6:.0f} us"


def plural(count: float, singular: str, plural_form: str | None = None) -> str:
    """``"1 call"``, ``"2 calls"``, ``"0.5 blocks"``."""
    word = singular if count == 1 else plural_form or singular + "s"
    return f"{number(count)} {word}"


def cut(text: str, width: int) -> str:
    """At most ``width`` characters of one line, the middle left out when it is longer: both ends of a path matter."""
    text = " ".join(text.split())
    if len(text) <= width:
        return text
    tail = (width - 1) // 2
    return f"{text[: width - 1 - tail]}…{text[len(text) - tail :]}"
