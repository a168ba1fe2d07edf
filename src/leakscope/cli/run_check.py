"""``leakscope check MODULE:FN``: measures in a child process and renders here."""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from leakscope import render, results, settings
from leakscope.errors import ChildFailed, OutputError
from leakscope.model.report import Verdict
from leakscope.render.terminal import Terminal
from leakscope.results import Report
from leakscope.runner import loading, parent
from leakscope.runner.parent import TargetFailed
from leakscope.runner.protocol import Request

EXIT_CODES = {Verdict.NO_LEAK: 0, Verdict.LEAK: 1, Verdict.INCONCLUSIVE: 3}
EXIT_CUT_SHORT = 2
STDOUT = "-"


def add_parser(verbs: Any) -> None:
    """Adds the verb to the command line."""
    parser = verbs.add_parser("check", help="does a function leak: call it until that is certain")
    parser.add_argument("target", metavar="MODULE:FN", help="a function of no arguments, such as app.jobs:run_once")
    add_hook_options(parser)
    parser.add_argument("--calls", type=int, metavar="N", help="make exactly N measured calls")
    parser.add_argument("--warmup", type=int, metavar="N", help="calls before measuring starts (default 1)")
    parser.add_argument("--windows", type=int, metavar="N", help="windows that must all grow (default 4, the least)")
    parser.add_argument("--budget", type=float, default=10.0, metavar="SECONDS", help="time to decide in (default 10)")
    parser.add_argument("--no-sites", action="store_true", help="do not trace where growth was allocated")
    parser.add_argument("--no-holders", action="store_true", help="do not search what keeps growth alive")
    parser.add_argument(
        "--ignore",
        action="append",
        default=[],
        metavar="PATTERN",
        help="a type, holder, site or signature to leave out",
    )
    add_output_options(parser)
    parser.set_defaults(run=run)


def add_hook_options(parser: argparse.ArgumentParser) -> None:
    """``--setup`` and ``--teardown``."""
    parser.add_argument("--setup", metavar="MODULE:FN", help="call this once before")
    parser.add_argument("--teardown", metavar="MODULE:FN", help="call this once after")


def add_output_options(parser: argparse.ArgumentParser) -> None:
    """``--json``."""
    parser.add_argument("--json", metavar="PATH", help="write the report as JSON; - is stdout")


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """Checks, prints the report, writes what was asked for; gives the exit code."""
    require_specs(options)
    chosen = settings.check_settings(
        options.calls,
        options.warmup,
        options.windows,
        options.budget,
        not options.no_sites,
        not options.no_holders,
        tuple(options.ignore),
    )
    require_output(options.json)
    request = Request("check", options.target, options.setup, options.teardown, asdict(chosen))
    report, was_interrupted = checked(request, chosen.budget_seconds, options.json, terminal)
    return EXIT_CUT_SHORT if was_interrupted or report.is_cut_short else EXIT_CODES[report.verdict]


def require_specs(options: argparse.Namespace) -> None:
    """Raises ``TargetNotFound`` at once for a target or hook that is not of the form MODULE:FN."""
    for spec in (options.target, options.setup, options.teardown):
        if spec is not None:
            loading.require_form(spec)


def checked(request: Request, budget_seconds: float, json_path: str | None, terminal: Terminal) -> tuple[Report, bool]:
    """Checks in a child process, prints the report and writes it as JSON; gives it, and whether Ctrl-C ended it.

    Raises the errors of ``parent.run`` after printing and writing what was measured until then.
    """
    terminal.progress(request.target, 0, 0.0)
    try:
        outcome = parent.run(
            request,
            budget_seconds=budget_seconds,
            follow=partial(terminal.progress, request.target),
            target_stdout=sys.stderr.fileno() if json_path == STDOUT else None,
        )
    except (TargetFailed, ChildFailed) as error:
        if error.report is not None:
            _publish(error.report, json_path, terminal)
        raise
    report = Report.from_dict(outcome.body)
    _publish(report, json_path, terminal)
    return report, outcome.was_interrupted


def _publish(report: Report, json_path: str | None, terminal: Terminal) -> None:
    terminal.report(report)
    write_json(json_path, render.report_json(report))


def require_output(path: str | None) -> None:
    """Raises ``OutputError`` before anything is measured when ``path`` could not be written afterwards."""
    if path == STDOUT:
        write_stdout("")
    elif path is not None:
        if not path or path.endswith(("/", os.sep)):
            raise OutputError(f"cannot write {path!r}: it names no file; write a file's path, or - for stdout")
        results.require_writable(Path(path))


def write_stdout(text: str) -> None:
    """Writes machine output. Raises ``OutputError`` when stdout is closed, full, or nobody reads it."""
    if sys.stdout is None:
        raise OutputError("cannot write to stdout: it is closed; write --json to a file instead")
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except (OSError, ValueError) as error:
        # What is left in the buffer must not fail again, with a traceback, when the interpreter ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise OutputError(f"cannot write to stdout ({error}): write --json to a file instead") from error


def write_json(path: str | None, text: str) -> None:
    """Writes machine output: to stdout for ``-``, else to a file that is whole or not there."""
    if path == STDOUT:
        write_stdout(text)
    elif path is not None:
        results.write_whole(Path(path), text)
