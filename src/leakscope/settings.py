"""The settings of a probe and of a check, validated once, with an error that says what to write instead. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from leakscope.errors import ArgumentError

OnInconclusive = Literal["warn", "fail", "pass"]
LABEL_LIMIT = 200
#: A year: what is longer is a mistake.
MOST_SECONDS = 366 * 24 * 3600
#: What ``tracemalloc.start`` takes.
TRACE_LIMIT = 65_535


@dataclass(frozen=True, slots=True)
class ProbeSettings:
    """What a probe measures; ``collect`` is the generation collected before each reading, or ``None`` for none."""

    label: str
    collect: int | None
    trace: int
    objects: bool
    memory: bool


@dataclass(frozen=True, slots=True)
class CheckSettings:
    """How long and how deep a check looks; ``None`` leaves the number to the judge."""

    calls: int | None = None
    warmup: int | None = None
    windows: int | None = None
    budget_seconds: float = 10.0
    sites: bool = True
    holders: bool = True
    ignore: tuple[str, ...] = ()


def probe_settings(label: object, collect: Any, trace: Any, objects: Any, memory: Any) -> ProbeSettings:
    """Validated settings of a probe, or ``ArgumentError``."""
    if type(collect) not in (bool, int) or (type(collect) is int and collect not in (0, 1, 2)):
        raise ArgumentError(f"probe(collect={shown(collect)}): use True, False or a generation 0, 1 or 2")
    chosen = collect if type(collect) is int else (2 if collect else None)
    if type(trace) not in (bool, int) or not 0 <= int(trace) <= TRACE_LIMIT:
        raise ArgumentError(f"probe(trace={shown(trace)}): use False, True or how many frames to keep per allocation")
    for name, value in (("objects", objects), ("memory", memory)):
        if type(value) is not bool:
            raise ArgumentError(f"probe({name}={shown(value)}): use True or False")
    return ProbeSettings(_label(label), chosen, int(trace), objects, memory)


def check_settings(
    calls: Any = None,
    warmup: Any = None,
    windows: Any = None,
    budget_seconds: Any = 10.0,
    sites: Any = True,
    holders: Any = True,
    ignore: Any = (),
) -> CheckSettings:
    """Validated settings of a check, or ``ArgumentError``."""
    _whole("calls", calls, 1)
    _whole("warmup", warmup, 0)
    _whole("windows", windows, 4)
    if type(budget_seconds) not in (int, float) or not 0 < budget_seconds <= MOST_SECONDS:
        raise ArgumentError(f"budget_seconds={shown(budget_seconds)}: use a number of seconds above 0, such as 10")
    for name, value in (("sites", sites), ("holders", holders)):
        true_or_false(name, value)
    if isinstance(ignore, str) or not isinstance(ignore, Sequence) or not all(type(entry) is str for entry in ignore):
        raise ArgumentError(f"ignore={shown(ignore)}: use a list of patterns, such as ['app.cache.*']")
    return CheckSettings(calls, warmup, windows, float(budget_seconds), bool(sites), bool(holders), tuple(ignore))


def true_or_false(name: str, value: object) -> None:
    """Raises ``ArgumentError`` unless ``value`` is a bool."""
    if type(value) is not bool:
        raise ArgumentError(f"{name}={shown(value)}: use True or False")


def one_of(name: str, value: object, choices: Sequence[str]) -> None:
    """Raises ``ArgumentError`` unless ``value`` is one of the choices."""
    if type(value) is not str or value not in choices:
        raise ArgumentError(f"{name}={shown(value)}: use one of {', '.join(map(repr, choices))}")


def at_least_zero(name: str, value: Any) -> None:
    """Raises ``ArgumentError`` unless ``value`` is a number that is not negative."""
    if type(value) not in (int, float) or not value >= 0:
        raise ArgumentError(f"{name}={shown(value)}: use a number that is not negative")


def _label(label: object) -> str:
    if label is None:
        return "block"
    if isinstance(label, str):
        return " ".join(str(label).split())[:LABEL_LIMIT] or "block"
    if callable(label):
        name = getattr(label, "__name__", type(label).__name__)
        raise ArgumentError(
            f"probe() was given the function {name} as its label: write @leakscope.probe() with brackets"
        )
    raise ArgumentError(f"probe(label={shown(label)}): a label is text, such as 'import job'")


def _whole(name: str, value: Any, least: int) -> None:
    if value is not None and (type(value) is not int or value < least):
        raise ArgumentError(f"{name}={shown(value)}: use a whole number of at least {least}, or leave it out")


def shown(value: object) -> str:
    """A value in an error message: the plain kinds as written, others by type, so that no foreign repr runs."""
    if value is None or type(value) in (bool, int, float, str, bytes):
        text = repr(value)
        return text if len(text) <= 60 else text[:59] + "…"
    return f"<{type(value).__name__}>"
