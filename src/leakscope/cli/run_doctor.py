"""``leakscope doctor``: what can be measured here, and why the rest cannot."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import textwrap
from typing import Any

from leakscope import __version__, _env, snapshots
from leakscope._format import amount
from leakscope.heap.new_objects import why_not_recordable
from leakscope.model.signals import SIGNALS
from leakscope.render.terminal import Terminal
from leakscope.sensors import SENSORS, gc_state

_NO_DOT = "no `dot` found: `apt install graphviz`, or install leakscope with the extra `dot`"


def add_parser(verbs: Any) -> None:
    """Adds the verb to the command line."""
    parser = verbs.add_parser("doctor", help="what can be measured here, and why not the rest")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """Prints one line per signal and per ability; 0."""
    lines = [f"leakscope {__version__}", *(f"  {name:<22}{value}" for name, value in _env.environment())]
    lines += ["", "signals", *_signal_lines(), "", "abilities", *_ability_lines()]
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


def _signal_lines() -> list[str]:
    snapshot = snapshots.snapshot(detail="objects")
    reasons = {entry.signal: entry.reason for entry in snapshot.missing}
    lines = []
    for name in (signal for sensor in SENSORS for signal in sensor.signals if signal in SIGNALS):
        signal = SIGNALS[name]
        value = getattr(snapshot, name)
        lines += _row(
            signal.title,
            "yes" if value is not None else "no",
            amount(value, signal.unit) if value is not None else reasons[name],
        )
    return lines


def _ability_lines() -> list[str]:
    rows = [
        ("new objects in a probe", why_not_recordable()),
        (
            "freezing in a check",
            "" if gc_state.may_freeze() else "objects are frozen already: samples cost a full collection",
        ),
        (
            "malloc without caches",
            "" if _env.libc().startswith("glibc") else "only glibc: small native leaks need more calls",
        ),
        ("check in a child process", "POSIX only: use leakscope.check() in a script" if _env.IS_WINDOWS else ""),
        ("graphs", "" if _dot() else _NO_DOT),
    ]
    return [line for name, reason in rows for line in _row(name, "no" if reason else "yes", reason)]


def _dot() -> str | None:
    """The program that draws graphs: the system's, or the one that the extra ``dot`` puts beside this interpreter."""
    beside = os.path.dirname(sys.executable)
    return shutil.which("dot") or shutil.which("graphviz-pure") or shutil.which("graphviz-pure", path=beside)


def _row(name: str, answer: str, text: str) -> list[str]:
    """A row of at most 80 columns; a long reason goes on below."""
    parts = textwrap.wrap(text, 48) or [""]
    first = f"  {name:<26}{answer:<4}{parts[0]}".rstrip()
    return [first, *(" " * 32 + part for part in parts[1:])]
