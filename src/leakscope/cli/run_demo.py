"""``leakscope demo``: checks a built-in service that leaks in three ways, and tells them apart."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import Any

from leakscope import settings
from leakscope.cli.run_check import add_output_options, checked, require_output
from leakscope.render.terminal import Terminal
from leakscope.runner.protocol import Request

TARGET = "leakscope.cli.demo_service:handle_request"
_INTRODUCTION = """\
A small service: each request is kept in an unbounded cache, makes a cycle of
request and response, and loses 1 KiB of native memory.
$ leakscope check leakscope.cli.demo_service:handle_request
"""
_CLOSING = """
The cache and the native memory leak. The cycle does not, the collector
frees it.
Now yours: leakscope check MODULE:FUNCTION (or: make check FN=MODULE:FUNCTION)"""


def add_parser(verbs: Any) -> None:
    """Adds the verb to the command line."""
    parser = verbs.add_parser("demo", help="check a built-in leaky service and explain what is found")
    add_output_options(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """Prints the demo; 0 also though it leaks, because that is what it shows."""
    require_output(options.json)
    terminal.text(_INTRODUCTION)
    chosen = settings.check_settings()
    request = Request("check", TARGET, settings=asdict(chosen))
    report, was_interrupted = checked(request, chosen.budget_seconds, options.json, terminal)
    if was_interrupted or report.is_cut_short:
        return 2
    terminal.text(_CLOSING)
    return 0
