"""``leakscope why MODULE:FN TYPE``: calls the function, then tells why objects of the type are alive."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from leakscope.cli.run_check import (
    STDOUT,
    add_hook_options,
    add_output_options,
    require_output,
    require_specs,
    write_json,
)
from leakscope.errors import ArgumentError
from leakscope.render.terminal import Terminal
from leakscope.runner import parent
from leakscope.runner.protocol import Request

LIMIT_SECONDS = 60.0


def add_parser(verbs: Any) -> None:
    """Adds the verb to the command line."""
    parser = verbs.add_parser("why", help="why are objects of a type alive after calling a function")
    parser.add_argument("target", metavar="MODULE:FN", help="a function of no arguments, such as app.jobs:run_once")
    parser.add_argument("type_name", metavar="TYPE", help="a type's name, such as Page or app.models.Page")
    add_hook_options(parser)
    parser.add_argument("--calls", type=int, default=10, metavar="N", help="calls before looking (default 10)")
    add_output_options(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """Prints the answer; gives the exit code."""
    require_specs(options)
    if options.calls < 1:
        raise ArgumentError(f"--calls {options.calls}: use a whole number of at least 1")
    require_output(options.json)
    request = Request(
        "why", options.target, options.setup, options.teardown, type_name=options.type_name, calls=options.calls
    )
    stdout = sys.stderr.fileno() if options.json == STDOUT else None
    outcome = parent.run(
        request, budget_seconds=LIMIT_SECONDS, follow=lambda calls, seconds: None, target_stdout=stdout
    )
    terminal.text(outcome.body["text"])
    write_json(options.json, json.dumps(outcome.body["data"], indent=1) + "\n")
    return 0
